//! A finger at the kiosk: knows where things are on the screens, and how people go through a visit.
//!
//! Places are those of the screens' design: fixed zones on 1080 × 1920 (see `docs/screens.md`). What is shown is read
//! from the kiosk's log, whether a touch arrived from what is shown next.

use std::time::Duration;

use crate::display::Area;
use crate::hall::Hall;
use crate::wait::{PATIENCE, let_pass, look, until};
use crate::{Error, Result};

/// A place on the screen.
pub type Place = (u16, u16);

/// The page's main button.
pub const PRIMARY: Place = (540, 1672);
/// The button above it.
pub const SECOND: Place = (540, 1524);
/// Foot bar: back.
pub const BACK: Place = (142, 1840);
/// Foot bar: other language.
pub const LANGUAGE: Place = (345, 1840);
/// Foot bar: help.
pub const HELP: Place = (540, 1840);
/// Foot bar: quit.
pub const QUIT: Place = (938, 1840);
/// Idle page: the door for staff.
pub const STAFF: Place = (910, 1314);
/// Question "did you take everything?": yes.
pub const TAKEN_OUT: Place = PRIMARY;
/// Idle page: the guide.
pub const GUIDE: Place = (295, 1070);
/// Idle page: how the case of a receipt stands.
pub const FIND: Place = (785, 1070);
/// Last four characters: the key X, where other pads have "clear".
pub const KEY_X: Place = (216, 1276);
/// A travel document's number: the key that takes the last character away.
pub const DOCUMENT_ERASE: Place = (982, 1192);
/// What opens a travel document: change the first of the three parts.
pub const CHANGE_NUMBER: Place = (914, 864);
/// Choosing: the tab for typing.
pub const SEARCH_TAB: Place = (866, 844);
/// Choosing: the first tile.
pub const FIRST_TILE: Place = (296, 996);
/// Choosing: the tile 文化教育, the third of the first page.
pub const CULTURE_TILE: Place = (296, 1164);
/// Choosing within a tile: the first row.
pub const FIRST_ROW: Place = (540, 983);
/// Search: the first hit.
pub const FIRST_HIT: Place = (540, 827);
/// A question's or field's first option.
pub const FIRST_OPTION: Place = (540, 850);
/// A question's second option.
pub const SECOND_OPTION: Place = (540, 1052);
/// The first size of box.
pub const FIRST_SIZE: Place = (540, 894);
/// A person's cases: the first.
pub const FIRST_ERRAND: Place = (540, 868);
/// Rating: 非常满意.
pub const FIRST_LEVEL: Place = (540, 860);
/// Staff: the first box of the list.
pub const FIRST_BOX: Place = (540, 865);
/// Staff: the box is empty.
pub const IS_EMPTY: Place = PRIMARY;
/// Door page: a bigger box.
pub const BIGGER: Place = (785, 1380);
/// Door page: there is something in it (while a bigger box can be had).
pub const FOUND: Place = (295, 1380);
/// Door page, while nobody saw the door open: the paper is in.
pub const SAY_IN: Place = (540, 1240);
/// Question "is your paper in?": yes.
pub const PAPER_IN: Place = (540, 880);

/// Where this key of the number pad is.
pub fn digit(digit: char) -> Place {
    let at = |column: u16, row: u16| (60 + column * 324 + 156, 820 + row * 132 + 60);
    match digit.to_digit(10).and_then(|digit| u16::try_from(digit).ok()) {
        Some(0) | None => at(1, 3),
        Some(digit) => at((digit - 1) % 3, (digit - 1) / 3),
    }
}

/// Where this key of the search page's keyboard is.
pub fn letter(letter: char) -> Place {
    let rows = [("QWERTYUIOP", 26, 1432), ("ASDFGHJKL", 78, 1540), ("ZXCVBNM", 182, 1648)];
    for (keys, x, y) in rows {
        if let Some(column) = keys.find(letter.to_ascii_uppercase()) {
            return (x + u16::try_from(column).unwrap_or(0) * 104 + 46, y + 48);
        }
    }
    (0, 0)
}

/// Where this key of the pad for a travel document's number is.
pub fn document_key(key: char) -> Place {
    let rows = [("1234567890", 26, 820), ("QWERTYUIOP", 26, 928), ("ASDFGHJKL", 78, 1036), ("ZXCVBNM", 182, 1144)];
    for (keys, x, y) in rows {
        if let Some(column) = keys.find(key.to_ascii_uppercase()) {
            return (x + u16::try_from(column).unwrap_or(0) * 104 + 46, y + 48);
        }
    }
    (0, 0)
}

/// Time between a finger's leaving one key and touching the next: ten touches a second is a fast typist.
const TYPING: Duration = Duration::from_millis(70);

/// What an applicant answers where the phone is asked.
#[derive(Clone, Copy, Debug)]
pub enum Phone {
    /// Types this number.
    New(&'static str),
    /// Takes the one the kiosk remembers.
    Known,
    /// Gives none.
    Skip,
}

/// The letters by which the item 营业性演出审批 is found.
pub const SHOW_PERMIT: &str = "yyxyc";

impl Hall {
    /// One touch.
    pub fn touch(&self, place: Place) -> Result<()> {
        self.display.touch(place.0, place.1)?;
        let_pass(TYPING);
        Ok(())
    }

    /// Types on the number pad.
    pub fn type_digits(&self, digits: &str) -> Result<()> {
        for key in digits.chars() {
            self.touch(digit(key))?;
        }
        Ok(())
    }

    /// Types a travel document's number.
    pub fn type_number(&self, number: &str) -> Result<()> {
        for key in number.chars() {
            self.touch(document_key(key))?;
        }
        Ok(())
    }

    /// Types the last four characters of a resident's number.
    pub fn type_last_four(&self, last_four: &str) -> Result<()> {
        look();
        for key in last_four.chars() {
            self.touch(if key == 'X' { KEY_X } else { digit(key) })?;
        }
        Ok(())
    }

    /// Touches `place` until another page is shown, and says which. The kiosk ignores touches for a moment after a
    /// page has changed, so one may have to be repeated; people do the same.
    pub fn touch_on(&self, place: Place) -> Result<String> {
        let before = self.kiosk.screens().len();
        let mut tries = 0;
        loop {
            look();
            self.touch(place)?;
            let changed = until("another page", Duration::from_millis(2500), || {
                let screens = self.kiosk.screens();
                (screens.len() > before).then(|| screens.last().cloned().unwrap_or_default())
            });
            tries += 1;
            match changed {
                Ok(screen) => return Ok(screen),
                Err(error) if tries == 4 => return Err(self.kiosk.told(&error)),
                Err(_) => {}
            }
        }
    }

    /// Swipes a card and waits until its holder may choose.
    pub fn swipe(&mut self, card: &str) -> Result<()> {
        self.lay(card)?;
        self.kiosk.wait_screen(&["choose"])?;
        self.lift();
        Ok(())
    }

    /// Finds an item by typing and opens its guide.
    pub fn find_item(&mut self, letters: &str) -> Result<()> {
        self.touch_on(SEARCH_TAB)?;
        self.kiosk.wait_screen(&["search"])?;
        look();
        for key in letters.chars() {
            self.touch(letter(key))?;
        }
        let_pass(Duration::from_millis(200));
        self.touch_on(FIRST_HIT)?;
        self.kiosk.wait_screen(&["guide"]).map(drop)
    }

    /// Finds 营业性演出审批 by its tiles and opens its guide.
    pub fn find_show_permit(&mut self) -> Result<()> {
        self.touch_and_look(CULTURE_TILE)?; // the page keeps its name
        self.touch_on(FIRST_ROW)?;
        self.kiosk.wait_screen(&["guide"]).map(drop)
    }

    /// Goes through the pages from an item's guide until one of `ends` is shown, answering each with the first option.
    pub fn answer_until(&mut self, phone: Phone, ends: &[&str]) -> Result<String> {
        let start = std::time::Instant::now();
        while start.elapsed() < PATIENCE * 2 {
            let screen = self.kiosk.screen();
            if ends.contains(&screen.as_str()) {
                return Ok(screen);
            }
            let place = match screen.as_str() {
                "guide" | "materials" | "check" => PRIMARY,
                "situation" | "field" => FIRST_OPTION,
                "box_size" => FIRST_SIZE,
                "phone" => match phone {
                    Phone::Skip => SECOND,
                    Phone::Known => PRIMARY,
                    Phone::New(number) => {
                        look();
                        self.type_digits(number)?;
                        PRIMARY
                    }
                },
                "saving" => {
                    let_pass(Duration::from_millis(30));
                    continue;
                }
                other => return Err(self.kiosk.told(&Error::new(format!("nobody expected the page {other:?}")))),
            };
            self.touch_and_look(place)?;
        }
        Err(self.kiosk.told(&Error::new(format!("the visit did not come to {ends:?}"))))
    }

    /// Touches once, and waits a moment for another page or other words on the same one. Says whether they came.
    pub fn touch_and_look(&self, place: Place) -> Result<bool> {
        let words = Area { x: 60, y: 200, width: 960, height: 520 };
        look();
        let before = (self.kiosk.screens().len(), self.display.capture_area(words)?);
        self.touch(place)?;
        // When nothing changes, whoever called looks again at what is shown.
        let changed = until("another page", Duration::from_millis(1500), || {
            let now = (self.kiosk.screens().len(), self.display.capture_area(words).ok()?);
            (now != before).then_some(())
        });
        Ok(changed.is_ok())
    }

    /// Touches something on the page of an open door, once that page says that the door is open.
    pub fn wish(&self, place: Place) -> Result<()> {
        self.display.settle(Duration::from_millis(500))?;
        self.touch_and_look(place).map(drop)
    }

    /// A whole visit up to the open door; says which.
    pub fn visit_to_door(&mut self, card: &str, phone: Phone) -> Result<u16> {
        self.swipe(card)?;
        self.find_item(SHOW_PERMIT)?;
        self.answer_until(phone, &["door"])?;
        self.wait_door()
    }

    /// A whole visit whose item has more to ask: answers the questions with these options, and what then is asked with
    /// the first.
    pub fn visit_answering(&mut self, card: &str, options: &[Place], phone: Phone) -> Result<u16> {
        self.swipe(card)?;
        self.find_item(SHOW_PERMIT)?;
        for option in options {
            self.answer_until(phone, &["situation"])?;
            let answered = (0..4).map(|_| self.touch_and_look(*option)).find(|looked| !matches!(looked, Ok(false)));
            answered.transpose()?;
        }
        self.answer_until(phone, &["door"])?;
        let door = self.wait_door()?;
        self.shut(door);
        self.kiosk.wait_screen(&["done"])?;
        Ok(door)
    }

    /// A whole visit: the paper is in and the applicant may leave. Says in which box.
    pub fn visit(&mut self, card: &str, phone: Phone) -> Result<u16> {
        let door = self.visit_to_door(card, phone)?;
        self.shut(door);
        self.kiosk.wait_screen(&["done"])?;
        Ok(door)
    }

    /// Ends what is shown and waits for the idle page. Most pages end above the place of a primary action.
    pub fn leave(&mut self) -> Result<()> {
        let ends_below = matches!(self.kiosk.screen().as_str(), "done" | "missing" | "not_here");
        self.touch_on(if ends_below { PRIMARY } else { SECOND })?;
        self.kiosk.wait_screen(&["idle"]).map(drop)
    }

    /// Staff type the console's one-time code at the kiosk, whose door then opens.
    pub fn staff_code(&mut self, code: &str) -> Result<()> {
        self.touch_on(STAFF)?;
        self.kiosk.wait_screen(&["staff_code"])?;
        look();
        self.type_digits(code)?;
        self.kiosk.wait_screen(&["staff_door"]).map(drop)
    }

    /// Staff sign in at the kiosk with card and PIN.
    pub fn staff_sign_in(&mut self, card: &str, pin: &str) -> Result<String> {
        self.lay(card)?;
        self.kiosk.wait_screen(&["staff_pin"])?;
        self.lift();
        look();
        self.type_digits(pin)?;
        self.touch_on(PRIMARY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_where_the_screens_draw_them() {
        assert_eq!(digit('1'), (216, 880));
        assert_eq!(digit('9'), (864, 1144));
        assert_eq!(digit('0'), (540, 1276));
        assert_eq!(letter('q'), (72, 1480));
        assert_eq!(letter('a'), (124, 1588));
        assert_eq!(letter('M'), (852, 1696));
    }

    /// The screens write down where everything is; what is touched here must be there.
    #[test]
    fn places_are_where_the_screens_draw_them() {
        let file = crate::binaries::sources().join("kiosk/ui/tests/targets.json");
        let text = std::fs::read_to_string(file).unwrap();
        let targets: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (page, label, place) in [
            ("phone_good", "就用这个号", PRIMARY),
            ("phone", "跳过，不留手机号", SECOND),
            ("phone", "返回", BACK),
            ("phone", "English", LANGUAGE),
            ("phone", "帮助", HELP),
            ("phone", "退出", QUIT),
            ("phone", "7", digit('7')),
            ("idle", "工作人员", STAFF),
            ("done", "好的，结束", PRIMARY),
            ("progress_running", "好的，结束", SECOND),
            ("ask_taken", "都取走了", TAKEN_OUT),
            ("idle", "查看办事指南", GUIDE),
            ("idle", "凭条查进度", FIND),
            ("find_last_four", "X", KEY_X),
            ("document_number", "L", document_key('L')),
            ("document_number", "3", document_key('3')),
            ("document_number", "删除", DOCUMENT_ERASE),
            ("choose_theme", "打字找", SEARCH_TAB),
            ("choose_theme", "演出文化", FIRST_TILE),
            ("search", "Y", letter('y')),
            ("search", "C", letter('c')),
            ("situation", "在正规剧场里演出", FIRST_OPTION),
            ("situation", "在公园、广场等露天场地演出", SECOND_OPTION),
            ("box_size", "信封大小", FIRST_SIZE),
            ("staff_boxes", "9号柜", FIRST_BOX),
            ("staff_affirm", "已取出，柜子空了", IS_EMPTY),
            ("door_open", "放不下，换大柜", BIGGER),
            ("door_open", "柜里已有别人的东西", FOUND),
            ("ask_paper_in", "放进去了", PAPER_IN),
            ("door_not_opening", "门开过，材料已放好", SAY_IN),
        ] {
            let at = |n: usize| targets[page][label][n].as_u64().unwrap_or(0);
            let near = |drawn: u64, touched: u16| drawn.abs_diff(u64::from(touched)) <= 30;
            assert!(near(at(0), place.0) && near(at(1), place.1), "{label} on {page}: {:?}", targets[page][label]);
        }
    }
}
