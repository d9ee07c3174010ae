//! Machine readable lines as a scanner sends them: one line at a time, or all of them run together. Pure.

use zeroize::Zeroizing;

use super::permit::Permit;
use super::{MrzError, MrzKey};

/// Lengths of one line: documents of three lines (TD1, and permits), of two small ones (TD2), passports (TD3). ICAO Doc
/// 9303 parts 5, 6 and 4.
const LINES: [(usize, usize); 3] = [(30, 3), (36, 2), (44, 2)];

/// What a scanned text was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// No machine readable line.
    Other,
    /// A line; more must follow.
    Begun,
    /// The last line of a document, and what opens its chip, or why the lines do not hold together.
    Document(Result<MrzKey, MrzError>),
}

/// Gathers the lines of one document. What it holds is wiped from memory when dropped.
#[derive(Default)]
pub struct MrzLines {
    lines: Vec<Zeroizing<String>>,
}

impl std::fmt::Debug for MrzLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MrzLines({})", self.lines.len())
    }
}

impl MrzLines {
    /// Takes what was scanned. A text that is no line forgets those before it, and so does a first line.
    pub fn take(&mut self, scanned: &str) -> Read {
        let line = Zeroizing::new(scanned.trim().to_ascii_uppercase());
        let written = line.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<');
        let shape = LINES.into_iter().find(|(length, count)| line.len() == *length || line.len() == length * count);
        let Some((length, count)) = shape.filter(|_| written) else {
            self.lines.clear();
            return Read::Other;
        };
        if line.len() == length * count {
            self.lines.clear();
            let lines: Vec<&str> = (0..count).filter_map(|at| line.get(at * length..(at + 1) * length)).collect();
            return Read::Document(MrzKey::parse(&Zeroizing::new(lines.join("\n"))));
        }
        let permit = Permit::of(&line).filter(|_| count == 3);
        if permit == Some(Permit::Outbound) {
            self.lines.clear();
            return Read::Document(MrzKey::parse(&line));
        }
        let place = match permit {
            Some(_) => 0,
            // What stands in the second and third line of a permit tells nothing.
            None if self.lines.first().is_some_and(|first| Permit::of(first).is_some()) && count == 3 => {
                self.lines.len()
            }
            None => place(&line, count),
        };
        if place == 0 || self.lines.first().is_some_and(|first| first.len() != length) {
            self.lines.clear();
        }
        if place != self.lines.len() {
            self.lines.clear();
            return Read::Document(Err(MrzError::Shape));
        }
        self.lines.push(line);
        if self.lines.len() < count {
            return Read::Begun;
        }
        let mut all = Zeroizing::new(String::with_capacity((length + 1) * count));
        for line in self.lines.drain(..) {
            all.push_str(&line);
            all.push('\n');
        }
        Read::Document(MrzKey::parse(&all))
    }

    /// Forgets the lines so far: they were somebody's.
    pub fn forget(&mut self) {
        self.lines.clear();
    }
}

/// Which line of its document it is, from 0. Names and states have no digits, numbers have a check digit, and the second
/// of three lines begins with a date.
fn place(line: &str, count: usize) -> usize {
    let digits = line.bytes().any(|byte| byte.is_ascii_digit());
    match (count, digits) {
        (3, true) => usize::from(line.starts_with(|c: char| c.is_ascii_digit())),
        (3, false) => 2,
        (_, digits) => usize::from(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TD3: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    const TD2: [&str; 2] = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"];
    const TD1: [&str; 3] =
        ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];

    fn number(read: Read) -> String {
        let Read::Document(Ok(key)) = read else { panic!("{read:?}") };
        key.number().to_owned()
    }

    #[test]
    fn lines_come_one_by_one_or_together() {
        for (lines, expected) in [(&TD3[..], "L898902C3"), (&TD2[..], "D23145890"), (&TD1[..], "D23145890")] {
            let mut gathered = MrzLines::default();
            let (last, before) = lines.split_last().unwrap();
            for line in before {
                assert_eq!(gathered.take(line), Read::Begun);
            }
            assert_eq!(number(gathered.take(&last.to_lowercase())), expected);
            assert_eq!(number(gathered.take(&lines.concat())), expected);
        }
    }

    #[test]
    fn permits_have_one_line_or_three() {
        const CT: [&str; 3] =
            ["CT12345678<80003204153F7408122", "MOLKMOKM<<<<<<<<<<BA1234567897", "YANGBEN<<ZHENGJIAN<<<<<<<<BJ01"];
        let mut gathered = MrzLines::default();
        assert_eq!(number(gathered.take("CSC123456788<3204153<7408122<0")), "C12345678");
        assert_eq!(gathered.take("CSC123456788<3204153<7408122<1"), Read::Document(Err(MrzError::CheckDigit("line"))));
        for before in [vec![], vec![CT[0]], vec![CT[0], CT[1]], vec![TD1[0]], vec![TD3[0]]] {
            for line in before.iter().chain([&CT[0], &CT[1]]) {
                assert_eq!(gathered.take(line), Read::Begun, "{before:?} {line}");
            }
            assert_eq!(number(gathered.take(CT[2])), "12345678<");
            assert_eq!(number(gathered.take(&CT.concat())), "12345678<");
        }
        assert_eq!(gathered.take(CT[0]), Read::Begun);
        assert_eq!(gathered.take(TD3[0]), Read::Begun, "another document");
        assert_eq!(number(gathered.take(TD3[1])), "L898902C3");
    }

    #[test]
    fn lines_of_two_documents_are_not_mixed_and_slips_are_seen() {
        let mut gathered = MrzLines::default();
        assert_eq!(gathered.take(TD1[0]), Read::Begun);
        assert_eq!(gathered.take(TD3[0]), Read::Begun);
        assert_eq!(number(gathered.take(TD3[1])), "L898902C3");
        for other in ["10101000000186", "https://hall.example/p/10101000000186", "", "P<UTO é"] {
            assert_eq!(gathered.take(TD3[0]), Read::Begun);
            assert_eq!(gathered.take(other), Read::Other, "{other}");
            assert_eq!(gathered.take(TD3[1]), Read::Document(Err(MrzError::Shape)), "the line before was forgotten");
        }
        let wrong = TD3[1].replace("740812", "740813");
        assert_eq!(gathered.take(TD3[0]), Read::Begun);
        assert_eq!(gathered.take(&wrong), Read::Document(Err(MrzError::CheckDigit("birth date"))));
        assert_eq!(gathered.take(TD3[1]), Read::Document(Err(MrzError::Shape)), "nothing of the former is left");
        for line in [TD3[0], TD3[0], TD1[0], TD1[1], TD1[0], TD1[1]] {
            assert_eq!(gathered.take(line), Read::Begun, "a first line begins anew");
        }
        assert_eq!(number(gathered.take(TD1[2])), "D23145890");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_without_harm(texts: Vec<String>) {
            let mut gathered = MrzLines::default();
            for text in texts {
                drop(gathered.take(&text));
            }
        }
    }
}
