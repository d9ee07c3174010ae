//! How much fits on a page. The screens never scroll: lists are turned.

use hall_rules::Language;

use crate::view::{Paging, TextSize};

/// A list's slice and its place.
pub(crate) fn page_of<T>(rows: &[T], page: usize, per_page: usize) -> (&[T], Paging) {
    let pages = rows.len().div_ceil(per_page).max(1);
    let page = page.min(pages - 1);
    let start = (page * per_page).min(rows.len());
    let end = (start + per_page).min(rows.len());
    (&rows[start..end], paging(page, pages))
}

/// Place in a list, from a page counted from 0.
fn paging(page: usize, pages: usize) -> Paging {
    let clip = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    Paging { page: clip(page + 1), pages: clip(pages) }
}

/// The rows of one page, as many as fit into `room`; see [`break_pages`].
pub(crate) fn page_by_height<T>(
    rows: &[T],
    page: usize,
    room: usize,
    height: impl Fn(Option<&T>, &T) -> usize,
) -> (&[T], Paging) {
    let pages = break_pages(rows, room, height);
    let page = page.min(pages.len() - 1);
    let start: usize = pages[..page].iter().sum();
    (&rows[start..start + pages[page]], paging(page, pages.len()))
}

/// Splits rows of different heights into pages: the number of rows on each page. `height` is told the row before it
/// on the same page, so that a heading that is repeated on a new page counts.
fn break_pages<T>(rows: &[T], room: usize, height: impl Fn(Option<&T>, &T) -> usize) -> Vec<usize> {
    let mut pages = vec![];
    let (mut used, mut count) = (0, 0);
    let mut before = None;
    for row in rows {
        let mut cost = height(before, row);
        if count > 0 && used + cost > room {
            pages.push(count);
            (used, count) = (0, 0);
            cost = height(None, row);
        }
        used += cost;
        count += 1;
        before = Some(row);
    }
    if count > 0 || pages.is_empty() {
        pages.push(count);
    }
    pages
}

/// A kind of text on a page: how large it is set and how wide its column is, in pixels of the screens' design.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    px: usize,
    width: usize,
}

impl Type {
    pub(crate) fn new(size: TextSize, normal: usize, large: usize, width: usize) -> Self {
        let px = match size {
            TextSize::Normal => normal,
            TextSize::Large => large,
        };
        Self { px, width }
    }

    /// How high a text becomes, broken between words as the screen does. Rather a line too many than one too few.
    pub(crate) fn height(self, text: &str) -> usize {
        // Chinese punctuation stays with the character before it: a line may end half a character early.
        let room = self.width * 100 - self.px * 50;
        let lines: usize = text.split('\n').map(|line| self.lines(line, room)).sum();
        lines * self.px * 145 / 100
    }

    fn lines(self, text: &str, room: usize) -> usize {
        let (mut lines, mut used, mut word) = (1, 0, 0);
        for c in text.chars() {
            let advance = self.px * if c.is_ascii() { 58 } else { 100 };
            // A word that goes on takes its beginning along to the next line.
            word = if c.is_ascii() && c != ' ' { word + advance } else { 0 };
            if used + advance > room && c != ' ' {
                lines += 1;
                used = word.saturating_sub(advance);
            }
            used += advance;
        }
        lines
    }
}

/// How high the title of a page and what stands below it are, with the space that follows.
pub(crate) fn heading_height(title: &str, lead: &str, size: TextSize) -> usize {
    Type::new(size, 56, 72, 960).height(title) + 20 + Type::new(size, 36, 50, 960).height(lead) + 32
}

/// A text of so many characters in Chinese or letters in English, for words that only the screens know.
pub(crate) fn stand_in(language: Language, chinese: usize, english: usize) -> String {
    match language {
        Language::Zh => "字".repeat(chinese),
        Language::En => "word ".repeat(english.div_ceil(5)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places() {
        assert_eq!(page_of(&[1, 2, 3], 0, 2), (&[1, 2][..], Paging { page: 1, pages: 2 }));
        assert_eq!(page_of(&[1, 2, 3], 9, 2), (&[3][..], Paging { page: 2, pages: 2 }));
        assert_eq!(page_of::<u8>(&[], 0, 2), (&[][..], Paging { page: 1, pages: 1 }));
    }

    #[test]
    fn heights() {
        let body = |size| Type::new(size, 36, 50, 936);
        let normal = |text: &str| body(TextSize::Normal).height(text);
        assert_eq!(normal(""), 52);
        assert_eq!(normal(&"字".repeat(25)), 52);
        assert_eq!(normal(&"字".repeat(26)), 104);
        assert_eq!(normal("一\n二"), 104);
        assert_eq!(body(TextSize::Large).height(&"字".repeat(19)), 145);
        // Forty-four letters fit; a word that does not end in time goes to the next line whole.
        assert_eq!(normal(&"word ".repeat(8)), 52);
        assert_eq!(normal("twenty-two-letter-word twenty-two-letter-word twenty-two-letter-word"), 156);
    }

    proptest! {
        #[test]
        fn no_row_is_lost_and_no_page_overflows(rows in proptest::collection::vec(1_usize..9, 0..40)) {
            let pages = break_pages(&rows, 8, |_, row| *row);
            prop_assert_eq!(pages.iter().sum::<usize>(), rows.len());
            let mut rest = &rows[..];
            for count in pages {
                let (page, after) = rest.split_at(count);
                prop_assert!(page.iter().sum::<usize>() <= 8);
                rest = after;
            }
        }
    }
}
