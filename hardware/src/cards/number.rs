//! Check digit of eighteen-digit identity numbers, GB 11643-1999 (ISO 7064 MOD 11-2).

use super::Date;

/// Weights of the first seventeen digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder.
const CHECK: &[u8; 11] = b"10X98765432";

/// The check character that belongs to seventeen digits, or `None` if they are not seventeen digits.
pub fn check_character(seventeen: &str) -> Option<char> {
    if seventeen.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in seventeen.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHECK.get((sum % 11) as usize).map(|check| char::from(*check))
}

/// Whether `number` is eighteen characters whose last is the right check character.
pub fn is_valid(number: &str) -> bool {
    number.is_char_boundary(17)
        && number.len() == 18
        && check_character(&number[..17]).is_some_and(|check| number.ends_with(check))
}

/// The day of birth inside an eighteen-digit number.
pub fn birth(number: &str) -> Option<Date> {
    Date::parse(number.get(6..14)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_pass_and_their_neighbours_fail() {
        for number in ["11010519491231002X", "34052419800101001X", "932682198501010017", "911124198108030024"] {
            assert!(is_valid(number), "{number}");
            let (body, check) = number.split_at(17);
            for other in "0123456789X".chars().filter(|other| !check.starts_with(*other)) {
                assert!(!is_valid(&format!("{body}{other}")), "{body}{other}");
            }
        }
        for broken in ["", "1101051949123100", "11010519491231002x", "1101051949123100２X", "A1010519491231002X"] {
            assert!(!is_valid(broken), "{broken}");
        }
        assert_eq!(birth("11010519491231002X"), Date::new(1949, 12, 31));
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_digit_is_always_seen(body in "[0-9]{17}", at in 0usize..17, add in 1u8..10) {
            let mut bytes = body.clone().into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + add) % 10;
            let other = String::from_utf8(bytes).unwrap();
            proptest::prop_assert_ne!(check_character(&body), check_character(&other));
        }
    }
}
