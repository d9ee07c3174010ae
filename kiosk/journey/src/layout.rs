//! How much fits on a page. The screens never scroll: lists are turned.

use crate::{Paging, TextSize};

/// A list's slice and its place.
pub(crate) fn page_of<T>(rows: &[T], page: usize, per_page: usize) -> (&[T], Paging) {
    let pages = rows.len().div_ceil(per_page).max(1);
    let page = page.min(pages - 1);
    let start = (page * per_page).min(rows.len());
    let end = (start + per_page).min(rows.len());
    (&rows[start..end], paging(page, pages))
}

/// Place in a list, from a page counted from 0.
pub(crate) fn paging(page: usize, pages: usize) -> Paging {
    let clip = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    Paging { page: clip(page + 1), pages: clip(pages) }
}

/// Splits rows of different heights into pages: the number of rows on each page. `height` is told the row before it
/// on the same page, so that a heading that is repeated on a new page counts.
pub(crate) fn break_pages<T>(rows: &[T], lines: usize, height: impl Fn(Option<&T>, &T) -> usize) -> Vec<usize> {
    let mut pages = vec![];
    let (mut used, mut count) = (0, 0);
    let mut before = None;
    for row in rows {
        let mut cost = height(before, row);
        if count > 0 && used + cost > lines {
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

/// How many lines a text takes where a line holds 26 full-width characters (18 in large text). Latin letters count
/// 0.55 of one.
pub(crate) fn lines(text: &str, size: TextSize) -> usize {
    let hundredths: usize = text.chars().map(|c| if c.is_ascii() { 55 } else { 100 }).sum();
    let per_line = match size {
        TextSize::Normal => 2600,
        TextSize::Large => 1800,
    };
    hundredths.div_ceil(per_line).max(1)
}

/// By text size.
pub(crate) fn per_page(size: TextSize, normal: usize, large: usize) -> usize {
    match size {
        TextSize::Normal => normal,
        TextSize::Large => large,
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
    fn widths() {
        assert_eq!(lines(&"字".repeat(26), TextSize::Normal), 1);
        assert_eq!(lines(&"字".repeat(27), TextSize::Normal), 2);
        assert_eq!(lines(&"字".repeat(19), TextSize::Large), 2);
        assert_eq!(lines("", TextSize::Normal), 1);
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
