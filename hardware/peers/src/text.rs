//! Makes the 256 bytes of text of resident ID cards and of the permits made like them. Layouts: docs/hardware.md.

/// Length of the text.
pub const TEXT: usize = 256;

/// Fields of a resident ID card, as strings of exactly what is to stand on it.
#[derive(Clone, Copy, Debug)]
pub struct Resident<'a> {
    pub name: &'a str,
    /// "1" male, "2" female.
    pub sex: &'a str,
    /// Two digits of GB/T 3304.
    pub ethnicity: &'a str,
    /// YYYYMMDD.
    pub birth: &'a str,
    pub address: &'a str,
    /// Eighteen characters.
    pub number: &'a str,
    pub issuer: &'a str,
    /// YYYYMMDD.
    pub valid_from: &'a str,
    /// YYYYMMDD or 长期.
    pub valid_to: &'a str,
}

/// Layout of the resident ID card.
pub fn resident(card: &Resident<'_>) -> [u8; TEXT] {
    let mut text = blank();
    put(&mut text, 0, 30, card.name);
    put(&mut text, 30, 2, card.sex);
    put(&mut text, 32, 4, card.ethnicity);
    put(&mut text, 36, 16, card.birth);
    put(&mut text, 52, 70, card.address);
    put(&mut text, 122, 36, card.number);
    put(&mut text, 158, 30, card.issuer);
    put(&mut text, 188, 16, card.valid_from);
    put(&mut text, 204, 16, card.valid_to);
    text
}

/// Layout "J": residents of Hong Kong, Macau and Taiwan. `times_issued` is two digits.
pub fn hong_kong_macau_taiwan(card: &Resident<'_>, permit_number: &str, times_issued: &str) -> [u8; TEXT] {
    let mut text = resident(card);
    put(&mut text, 32, 4, "");
    put(&mut text, 220, 18, permit_number);
    put(&mut text, 238, 4, times_issued);
    put(&mut text, 248, 2, "J");
    text
}

/// Fields of a foreigner's permit.
#[derive(Clone, Copy, Debug)]
pub struct Foreigner<'a> {
    pub chinese_name: &'a str,
    /// Name in Latin letters; layout "Y" has room for 46, layout "I" for 60.
    pub latin_name: &'a str,
    /// "1" male, "2" female.
    pub sex: &'a str,
    /// YYYYMMDD.
    pub birth: &'a str,
    /// Eighteen digits beginning with 9 (layout "Y"); three letters and twelve digits (layout "I").
    pub number: &'a str,
    /// Three letters.
    pub nationality: &'a str,
    /// YYYYMMDD.
    pub valid_from: &'a str,
    /// YYYYMMDD.
    pub valid_to: &'a str,
}

/// Layout "Y", issued since 2023.
pub fn foreigner(card: &Foreigner<'_>) -> [u8; TEXT] {
    let latin: Vec<char> = card.latin_name.chars().collect();
    let (front, back) = latin.split_at(latin.len().min(35));
    let mut text = blank();
    put(&mut text, 0, 30, card.chinese_name);
    put(&mut text, 30, 2, card.sex);
    put(&mut text, 32, 4, "01");
    put(&mut text, 36, 16, card.birth);
    put(&mut text, 52, 70, &front.iter().collect::<String>());
    put(&mut text, 122, 36, card.number);
    put(&mut text, 188, 16, card.valid_from);
    put(&mut text, 204, 16, card.valid_to);
    put(&mut text, 220, 22, &back.iter().collect::<String>());
    put(&mut text, 242, 6, card.nationality);
    put(&mut text, 248, 2, "Y");
    text
}

/// Layout "I", issued before 2023.
pub fn foreigner_old(card: &Foreigner<'_>) -> [u8; TEXT] {
    let mut text = blank();
    put(&mut text, 0, 120, card.latin_name);
    put(&mut text, 120, 2, card.sex);
    put(&mut text, 122, 30, card.number);
    put(&mut text, 152, 6, card.nationality);
    put(&mut text, 158, 30, card.chinese_name);
    put(&mut text, 188, 16, card.valid_from);
    put(&mut text, 204, 16, card.valid_to);
    put(&mut text, 220, 16, card.birth);
    put(&mut text, 236, 4, "01");
    put(&mut text, 240, 8, "1500");
    put(&mut text, 248, 2, "I");
    text
}

fn blank() -> [u8; TEXT] {
    let mut text = [0; TEXT];
    for unit in text.chunks_exact_mut(2) {
        unit[0] = b' ';
    }
    text
}

/// Writes `value` and fills the field with spaces; what does not fit is cut off.
pub fn put(text: &mut [u8; TEXT], offset: usize, length: usize, value: &str) {
    let units = value.encode_utf16().chain(std::iter::repeat(u16::from(b' ')));
    for (place, unit) in text[offset..offset + length].chunks_exact_mut(2).zip(units) {
        place.copy_from_slice(&unit.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;
    use crate::people::LI_JIANGUO;

    #[test]
    fn fields_stand_where_the_layout_says() {
        let text = resident(&LI_JIANGUO);
        for (offset, bytes) in [
            (0, "4E67 FA5E FD56 2000"),                       // 李建国
            (28, "2000 3100 3100 3100 3100 3900 3800"),       // end of the name, sex 1, ethnicity 11, 198…
            (50, "3100 895B BD5F"),                           // …1, 安徽
            (120, "2000 3300 3400"),                          // end of the address, 34…
            (156, "5800 905E"),                               // …X, 庐
            (186, "2000 3200 3000 3100 3700"),                // end of the issuer, 2017
            (204, "3200 3000 3300 3700 3000 3300 3000 3100"), // 20370301
            (248, "2000"),
        ] {
            let bytes = hex(bytes);
            assert_eq!(text[offset..offset + bytes.len()], bytes, "at {offset}");
        }
        let text = hong_kong_macau_taiwan(&LI_JIANGUO, "H12345678", "01");
        assert_eq!(text[32..36], hex("2000 2000"));
        assert_eq!(text[220..242], hex("4800 3100 3200 3300 3400 3500 3600 3700 3800 3000 3100"));
        assert_eq!(text[248..250], hex("4A00"));
    }
}
