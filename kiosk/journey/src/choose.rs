//! Choosing an item: by life event, by department, by typing.

use std::time::Duration;

use hall_rules::Language;
use hall_rules::catalogue::{Catalogue, ServiceItem};

use crate::journey::{Journey, SETTLING};
use crate::layout::page_of;
use crate::page::{Level, Page};
use crate::search::Found;
use crate::touch::{Act, Key, Touch, Turn};
use crate::view::{ChooseBy, Hit, Screen, SearchView, Tile, TilesView};
use crate::visit::Visit;

/// Tiles on a page.
const TILES: usize = 8;
/// Items on a page: full-width rows with the official name on at most two lines.
const ITEMS: usize = 5;
/// Hits on a page.
const HITS: usize = 5;
/// More items than this within one tile are grouped once more.
const GROUP_ABOVE: usize = 15;
/// How many hits are kept; nobody turns ten pages.
const KEPT_HITS: usize = 50;
/// The longest search text.
const TYPED: usize = 40;

impl Journey {
    /// Goes on to `page`, so that Back returns here. A page that was visited before is returned to instead, so that
    /// nobody walks in circles.
    pub(crate) fn forward(&mut self, page: Page, now: Duration) {
        if let Some(visit) = self.session.visit_mut() {
            let same = |other: &Page| match (other, &page) {
                (Page::Situation(a), Page::Situation(b)) | (Page::Field(a), Page::Field(b)) => a == b,
                (Page::Choose { .. }, Page::Choose { .. }) => *other == page,
                (other, page) => std::mem::discriminant(other) == std::mem::discriminant(page),
            };
            match visit.history.iter().position(same) {
                Some(at) => visit.history.truncate(at),
                None if self.page != page => visit.history.push(self.page.clone()),
                None => {}
            }
        }
        self.show(page, now);
        self.entering();
    }

    /// Back to where one came from; without such a page, the visit ends.
    pub(crate) fn back(&mut self, now: Duration) {
        match self.session.visit_mut().and_then(|visit| visit.history.pop()) {
            Some(page) => {
                self.show(page, now);
                self.entering();
            }
            None => self.end(now),
        }
    }

    pub(crate) fn touch_choose(&mut self, touch: Touch, now: Duration) {
        match touch {
            Touch::Back => self.back(now),
            Touch::Quit => self.end(now),
            Touch::Turn(turn) => self.turn(turn),
            Touch::Act(Act::ByTheme) => self.switch(ChooseBy::Theme, now),
            Touch::Act(Act::ByDepartment) => self.switch(ChooseBy::Department, now),
            Touch::Act(Act::Search) => self.forward(Page::Search { page: 0 }, now),
            Touch::Act(Act::SwitchKeyOrder) => self.switch_keys(),
            Touch::Act(Act::MyErrands) => self.my_errands(now),
            Touch::Key(key) => self.search_key(key),
            Touch::Choose(id) => self.choose_tile(&id, now),
            Touch::Next
            | Touch::Help
            | Touch::StillHere
            | Touch::Dismiss
            | Touch::Language(_)
            | Touch::TextSize(_)
            | Touch::Act(_) => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other pages are other rooms'")]
    pub(crate) fn choose_screen(&self) -> Option<Screen> {
        let visit = self.session.visit()?;
        match &self.page {
            Page::Choose { by, level, page } => Some(Screen::Choose(tiles(visit, *by, level, *page, self.language))),
            Page::Search { page } => Some(Screen::Search(search(visit, *page, self.language))),
            _ => None,
        }
    }

    pub(crate) fn switch_keys(&mut self) {
        if let Some(visit) = self.session.visit_mut() {
            visit.keys_abc = !visit.keys_abc;
        }
    }

    /// From one way of choosing to another: not a step, so Back does not return to it.
    fn switch(&mut self, by: ChooseBy, now: Duration) {
        if let Some(visit) = self.session.visit_mut() {
            visit.history.retain(|page| !matches!(page, Page::Choose { .. } | Page::Search { .. }));
        }
        self.show(Page::Choose { by, level: Level::Top, page: 0 }, now);
    }

    /// Turns the list of the present page; what lies beyond its ends is not reached.
    pub(crate) fn turn(&mut self, turn: Turn) {
        let pages = self.shown.screen.paging().map_or(1, |paging| usize::from(paging.pages));
        let (Page::Choose { page, .. }
        | Page::Search { page }
        | Page::Guide { page }
        | Page::Materials { page }
        | Page::Missing { page }
        | Page::Check { page }
        | Page::Errands { page }
        | Page::Errand { page, .. }
        | Page::StaffBoxes { page }) = &mut self.page
        else {
            return;
        };
        *page = match turn {
            Turn::Previous => page.saturating_sub(1),
            Turn::Next => (*page + 1).min(pages - 1),
        };
    }

    /// Whether the list on show goes on.
    pub(crate) fn has_more(&self) -> bool {
        self.shown.screen.paging().is_some_and(|paging| paging.page < paging.pages)
    }

    /// What is to be confirmed is not before its last page was shown: until then the same button turns it. Nobody reads a page
    /// in a second tap's time.
    pub(crate) fn read_on(&mut self, now: Duration) {
        self.turn(Turn::Next);
        self.turn_to(now, SETTLING);
    }

    fn search_key(&mut self, key: Key) {
        let (Page::Search { page }, Some(visit)) = (&mut self.page, self.session.visit_mut()) else { return };
        match key {
            Key::Char(c) if visit.typed.chars().count() < TYPED && !c.is_control() => visit.typed.push(c),
            Key::Space if !visit.typed.is_empty() => visit.typed.push(' '),
            Key::Delete => drop(visit.typed.pop()),
            Key::Clear => visit.typed.clear(),
            Key::Char(_) | Key::Space | Key::Candidate(_) => {}
        }
        *page = 0;
        visit.found = if visit.typed.trim().is_empty() {
            Found::default()
        } else {
            visit.offer.index.query(visit.typed.trim(), KEPT_HITS)
        };
    }

    fn choose_tile(&mut self, id: &str, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let Some((kind, code)) = id.split_once(':') else { return };
        match kind {
            "i" => {
                let Some(item) = visit.catalogue().items.iter().position(|item| item.code == code) else { return };
                visit.take_item(item);
                if !visit.is_reading()
                    && let Some(why) = self.no_deposit()
                {
                    return self.forward(Page::NoBox(why), now);
                }
                self.forward(Page::Guide { page: 0 }, now);
            }
            "w" | "g" => {
                let Page::Choose { by, level, .. } = self.page.clone() else { return };
                let level = match level {
                    Level::Top => Level::Within(code.to_owned()),
                    Level::Within(outer) | Level::Group(outer, _) => Level::Group(outer, code.to_owned()),
                };
                self.forward(Page::Choose { by, level, page: 0 }, now);
            }
            _ => {}
        }
    }
}

/// The tiles of a level.
fn tiles(visit: &Visit, by: ChooseBy, level: &Level, page: usize, language: Language) -> TilesView {
    let catalogue = visit.catalogue();
    let (all, per_page) = match level {
        Level::Top => (outer_tiles(catalogue, by, language), TILES),
        Level::Within(outer) => {
            let items: Vec<&ServiceItem> = items_within(catalogue, by, outer).collect();
            let groups = group_tiles(catalogue, by, &items, language);
            if items.len() > GROUP_ABOVE && groups.len() > 1 {
                (groups, TILES)
            } else {
                (items.into_iter().map(|item| item_tile(item, language)).collect(), ITEMS)
            }
        }
        Level::Group(outer, group) => {
            let of_group = |item: &&ServiceItem| in_tile(item, other(by), group);
            let items = items_within(catalogue, by, outer).filter(of_group);
            (items.map(|item| item_tile(item, language)).collect(), ITEMS)
        }
    };
    let within = match level {
        Level::Top => String::new(),
        Level::Within(outer) => outer_name(catalogue, by, outer, language),
        Level::Group(outer, group) => format!(
            "{} · {}",
            outer_name(catalogue, by, outer, language),
            outer_name(catalogue, other(by), group, language)
        ),
    };
    let (tiles, paging) = page_of(&all, page, per_page);
    let errands = u16::try_from(visit.errands.len()).unwrap_or(u16::MAX);
    TilesView { by, within, tiles: tiles.to_vec(), paging, signed_in: !visit.is_reading(), errands }
}

fn other(by: ChooseBy) -> ChooseBy {
    match by {
        ChooseBy::Theme => ChooseBy::Department,
        ChooseBy::Department => ChooseBy::Theme,
    }
}

fn in_tile(item: &ServiceItem, by: ChooseBy, code: &str) -> bool {
    match by {
        ChooseBy::Theme => item.themes.iter().any(|theme| theme == code),
        ChooseBy::Department => item.department == code,
    }
}

fn items_within<'a>(catalogue: &'a Catalogue, by: ChooseBy, code: &'a str) -> impl Iterator<Item = &'a ServiceItem> {
    catalogue.items.iter().filter(move |item| in_tile(item, by, code))
}

fn outer_tiles(catalogue: &Catalogue, by: ChooseBy, language: Language) -> Vec<Tile> {
    let count = |code: &str| u16::try_from(items_within(catalogue, by, code).count()).unwrap_or(u16::MAX);
    let tiles: Vec<Tile> = match by {
        ChooseBy::Theme => catalogue
            .themes
            .iter()
            .map(|theme| Tile {
                id: format!("w:{}", theme.code),
                title: theme.name.get(language).to_owned(),
                plain: theme.plain.get(language).to_owned(),
                icon: theme.icon.clone(),
                items: Some(count(&theme.code)),
            })
            .collect(),
        ChooseBy::Department => catalogue
            .departments
            .iter()
            .map(|department| Tile {
                id: format!("w:{}", department.code),
                title: department.name.get(language).to_owned(),
                plain: String::new(),
                icon: String::new(),
                items: Some(count(&department.code)),
            })
            .collect(),
    };
    tiles.into_iter().filter(|tile| tile.items != Some(0)).collect()
}

fn group_tiles(catalogue: &Catalogue, by: ChooseBy, items: &[&ServiceItem], language: Language) -> Vec<Tile> {
    let tiles = outer_tiles(catalogue, other(by), language).into_iter().map(|tile| {
        let code = tile.id.trim_start_matches("w:").to_owned();
        let count = items.iter().filter(|item| in_tile(item, other(by), &code)).count();
        Tile { id: format!("g:{code}"), items: Some(u16::try_from(count).unwrap_or(u16::MAX)), ..tile }
    });
    tiles.filter(|tile| tile.items != Some(0)).collect()
}

fn item_tile(item: &ServiceItem, language: Language) -> Tile {
    Tile {
        id: format!("i:{}", item.code),
        title: item.name.get(language).to_owned(),
        plain: item.plain.get(language).to_owned(),
        icon: String::new(),
        items: None,
    }
}

fn outer_name(catalogue: &Catalogue, by: ChooseBy, code: &str, language: Language) -> String {
    let name = match by {
        ChooseBy::Theme => catalogue.themes.iter().find(|theme| theme.code == code).map(|theme| &theme.name),
        ChooseBy::Department => catalogue.department(code).map(|department| &department.name),
    };
    name.map(|name| name.get(language).to_owned()).unwrap_or_default()
}

/// The search page.
fn search(visit: &Visit, page: usize, language: Language) -> SearchView {
    let (hits, paging) = page_of(&visit.found.hits, page, HITS);
    let hits = hits.iter().filter_map(|hit| {
        let item = visit.catalogue().items.get(hit.item)?;
        let matched_in = if hit.english { Language::En } else { Language::Zh };
        let title = item.name.get(language);
        // The place of a match in the other language's name means nothing here.
        let highlights = if item.name.get(matched_in) == title { hit.highlights.as_slice() } else { &[] };
        Some(Hit {
            id: format!("i:{}", item.code),
            title: runs(title, highlights),
            // An everyday word that led here explains the hit better than the item's own line.
            plain: hit.keyword.clone().unwrap_or_else(|| item.plain.get(language).to_owned()),
        })
    });
    SearchView {
        typed: visit.typed.clone(),
        hits: hits.collect(),
        paging,
        found: u16::try_from(visit.found.total).unwrap_or(u16::MAX),
        keys_abc: visit.keys_abc,
        signed_in: !visit.is_reading(),
    }
}

/// Splits a title at its highlights (ranges of characters).
fn runs(title: &str, highlights: &[std::ops::Range<usize>]) -> Vec<(String, bool)> {
    let mut runs: Vec<(String, bool)> = Vec::new();
    for (at, c) in title.chars().enumerate() {
        let matched = highlights.iter().any(|range| range.contains(&at));
        match runs.last_mut() {
            Some((text, same)) if *same == matched => text.push(c),
            _ => runs.push((c.to_string(), matched)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_runs() {
        let run = |text: &str, matched| (text.to_owned(), matched);
        assert_eq!(runs("营业性演出", &[0..2, 3..5]), [run("营业", true), run("性", false), run("演出", true)]);
        assert_eq!(runs("演出", &[]), [run("演出", false)]);
    }
}
