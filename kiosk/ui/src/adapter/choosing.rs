//! Finding the item: by life event, by department, by typing.

use kiosk_journey as journey;
use kiosk_journey::{Screen, TextSize};
use slint::SharedString;

use super::shared::{paging, room, rows, text};
use crate::generated as ui;

room! {
    ShowChoosing, ChoosingShown, drawn;
    Screen::Choose(view) => Choose { set_choose: choose(view) },
    Screen::Search(view) => Search { set_search: search(view, drawn.text_size) },
}

/// What a row of an item holds: its name and its plain line in one line each. Where either is longer, the name has the row.
const ITEM_TITLE: f32 = 20.0;
const ITEM_PLAIN: f32 = 27.0;

fn choose(view: &journey::TilesView) -> ui::ChooseData {
    let plain = |tile: &journey::Tile| {
        let fits = width(&tile.title) <= ITEM_TITLE && width(&tile.plain) <= ITEM_PLAIN;
        if tile.items.is_some() || fits { text(&tile.plain) } else { SharedString::new() }
    };
    ui::ChooseData {
        by_theme: view.by == journey::ChooseBy::Theme,
        within: text(&view.within),
        items: !view.tiles.is_empty() && view.tiles.iter().all(|tile| tile.items.is_none()),
        tiles: rows(&view.tiles, |tile| ui::TileData {
            id: text(&tile.id),
            title: text(&tile.title),
            plain: plain(tile),
            icon: text(&tile.icon),
            count: tile.items.map_or(-1, i32::from),
        }),
        paging: paging(view.paging),
        signed_in: view.signed_in,
        errands: view.errands.into(),
    }
}

/// Width of a text in full-width characters, about.
fn width(text: &str) -> f32 {
    text.chars().map(|c| if c.is_ascii() { 0.55 } else { 1.0 }).sum()
}

/// What one line of a search hit holds, in full-width characters.
fn hit_line(size: TextSize) -> f32 {
    match size {
        TextSize::Normal => 23.0,
        TextSize::Large => 18.5,
    }
}

fn search(view: &journey::SearchView, size: TextSize) -> ui::SearchData {
    ui::SearchData {
        typed: text(&view.typed.to_uppercase()),
        hits: rows(&view.hits, |hit| {
            let title: String = hit.title.iter().map(|(run, _)| run.as_str()).collect();
            let one_line = width(&title) <= hit_line(size);
            // A row has two lines: a long name takes both. In large text, names come first.
            let plain = if one_line && size == TextSize::Normal && width(&hit.plain) <= 29.0 { &hit.plain } else { "" };
            ui::HitData {
                id: text(&hit.id),
                one_line,
                runs: rows(&hit.title, |(run, matched)| ui::RunData { text: text(run), matched: *matched }),
                plain: text(plain),
                title: text(&title),
            }
        }),
        paging: paging(view.paging),
        found: view.found.into(),
        keys_abc: view.keys_abc,
        signed_in: view.signed_in,
    }
}
