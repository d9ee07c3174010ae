//! Tables that are text, sorted by their first column and searched where they lie: they take no memory of their own.

/// Lines of a key, a tab and a value, sorted by key byte by byte. Lines that begin with `#` come first and say what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table(&'static str);

impl Table {
    pub(super) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The values of `key`, in the table's order.
    pub(super) fn values(self, key: &str) -> impl Iterator<Item = &'static str> {
        self.0[self.first_not_before(key)..]
            .lines()
            .map_while(move |line| line.strip_prefix(key).and_then(|rest| rest.strip_prefix('\t')))
    }

    /// Whether a key begins so.
    pub(super) fn begins(self, beginning: &str) -> bool {
        self.0[self.first_not_before(beginning)..].starts_with(beginning)
    }

    /// Where the first line begins whose key is not smaller.
    fn first_not_before(self, key: &str) -> usize {
        let text = self.0;
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let line = text.as_bytes()[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let end = text.as_bytes()[middle..]
                .iter()
                .position(|&byte| byte == b'\n')
                .map_or(text.len(), |at| middle + at + 1);
            let (this, _) = text[line..].split_once(['\t', '\n']).unwrap_or_default();
            if this < key { low = end } else { high = line }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_nothing_else() {
        let table = Table::new("# key, value\na\t1\nab\t2\nab\t3\nb\t4\n");
        let values = |key| table.values(key).collect::<Vec<_>>();
        assert_eq!(values("a"), ["1"]);
        assert_eq!(values("ab"), ["2", "3"]);
        assert_eq!(values("b"), ["4"]);
        assert!(table.begins("a") && table.begins("ab") && !table.begins("ac") && !table.begins("c"));
        assert!(values("").is_empty() && values("aa").is_empty() && values("c").is_empty());
    }
}
