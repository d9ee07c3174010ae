//! From the chosen item to the check page: guide, questions, materials, phone, fields.

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch or card that a page has no use for does nothing there")]

use std::time::Duration;

use hall_rules::Language;
use hall_rules::answers::{ACTING_FOR, NextQuestion};
use hall_rules::catalogue::{FieldKind, Situation};
use hall_rules::checks::{self, PhoneError};
use hall_rules::field::ValueError;
use kiosk_wire::Personal;

use crate::journey::{GUARD, Journey, NEXT_QUESTION, SETTLING};
use crate::output::Sound;
use crate::page::Page;
use crate::touch::{Act, Key, Touch, Turn};
use crate::typing::{dashed, type_into};
use crate::view::{FieldProblem, PhoneCheck};
use crate::visit::{PhoneAnswer, Visit};

/// Digits of a mobile number.
const PHONE_DIGITS: usize = 11;

impl Journey {
    /// Goes to the first page whose answer is still missing; with none missing, to the check page.
    pub(crate) fn proceed(&mut self, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        visit.settle();
        let (Some(item), Some(_)) = (visit.item(), &visit.holder) else { return };
        let page = if visit.answers.get(ACTING_FOR).is_none() {
            match visit.closed_to_holder() {
                Some(ages) if !visit.for_another => Page::WrongAge { ages },
                Some(_) | None => Page::Situation(ACTING_FOR.to_owned()),
            }
        } else if let Some(ages) = item.closed_to(&visit.answers, visit.age()).and_then(Situation::ages) {
            Page::WrongAge { ages }
        } else {
            match item.next_question(&visit.answers) {
                NextQuestion::Ask(situation) => Page::Situation(situation.code.clone()),
                NextQuestion::LeadsOut { go, .. } => Page::NotHere { go: go.clone() },
                NextQuestion::Done if visit.brought.is_none() => Page::Materials { page: 0 },
                NextQuestion::Done if visit.phone_answer == PhoneAnswer::Open => Page::Phone,
                NextQuestion::Done => match visit.fields().iter().find(|field| !visit.taken.contains(&field.code)) {
                    Some(field) => Page::Field(field.code.clone()),
                    None => visit.check_page(),
                },
            }
        };
        self.forward(page, now);
    }

    /// A page that is entered starts with what was answered on it before.
    pub(crate) fn entering(&mut self) {
        let Some(visit) = self.session.visit_mut() else { return };
        visit.field_problem = None;
        visit.toggled.clear();
        let before = match &self.page {
            Page::Situation(question) => visit.answers.get(question).unwrap_or_default().to_owned(),
            Page::Field(code) => {
                let text = visit.values.get(code).cloned().unwrap_or_default();
                match visit.field(code).map(|field| field.kind) {
                    Some(FieldKind::Text) => return visit.text.start(text.expose()),
                    Some(FieldKind::Choice) => text.expose().to_owned(),
                    _ => return,
                }
            }
            _ => return,
        };
        visit.toggled.extend(before.split('+').filter(|code| !code.is_empty()).map(str::to_owned));
    }

    pub(crate) fn touch_ask(&mut self, touch: Touch, now: Duration) {
        match touch {
            Touch::Back => self.back(now),
            Touch::Quit => self.end(now),
            Touch::Turn(turn) => match (&self.page, self.session.visit_mut()) {
                (Page::Field(_), Some(visit)) => visit.text.turn(turn == Turn::Next),
                _ => self.turn(turn),
            },
            Touch::Next => self.next(now),
            Touch::Choose(id) => self.choose_option(&id, now),
            Touch::Key(key) => self.key(key),
            Touch::Act(act) => self.act(act, now),
            Touch::Help | Touch::StillHere | Touch::Dismiss | Touch::Language(_) | Touch::TextSize(_) => {}
        }
    }

    fn next(&mut self, now: Duration) {
        match self.page.clone() {
            Page::Materials { .. } | Page::Check { .. } if self.has_more() => self.read_on(now),
            Page::Guide { .. } => self.proceed(now),
            Page::Situation(question) => self.take_toggled(&question, now),
            Page::Materials { .. } => {
                if let Some(visit) = self.session.visit_mut() {
                    visit.brought = Some(visit.material_codes());
                }
                self.proceed(now);
            }
            Page::Phone => self.take_phone(now),
            Page::Field(code) => self.take_field(&code, now),
            // What follows cannot be taken back, or what is said was not read yet.
            Page::Check { .. } | Page::NoBox(_) | Page::WrongAge { .. } if now < self.entered + SETTLING => {}
            Page::Check { .. } => self.hand_in(now),
            Page::WrongAge { .. } => self.for_another(now),
            Page::NotHere { .. } | Page::Missing { .. } | Page::NoBox(_) => self.end(now),
            _ => {}
        }
    }

    /// Not for the card's holder: for somebody in their family, where one may act for another here.
    fn for_another(&mut self, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        if visit.acting_options().is_empty() {
            return self.end(now);
        }
        visit.for_another = true;
        visit.answers.clear(ACTING_FOR);
        self.proceed(now);
    }

    fn choose_option(&mut self, id: &str, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        match self.page.clone() {
            Page::Situation(question) => {
                let several = visit.item().and_then(|item| item.situations.iter().find(|s| s.code == question));
                match several {
                    Some(situation) if situation.options_at(visit.age()).all(|choice| choice.code != id) => {}
                    Some(situation) if situation.multiple => toggle(visit, id),
                    None if visit.acting_options().iter().all(|acting| acting.code() != id) => {}
                    Some(_) | None => {
                        visit.answer(&question, id);
                        self.proceed(now);
                        self.let_read(now);
                    }
                }
            }
            Page::Field(code) => {
                let Some(field) = visit.field(&code).filter(|field| field.options.iter().any(|o| o.code == id)) else {
                    return;
                };
                if field.multiple {
                    toggle(visit, id);
                } else {
                    visit.values.insert(code.clone(), Personal::from(id));
                    self.take_field(&code, now);
                    self.let_read(now);
                }
            }
            Page::BoxSize if self.cabinet.size_rows("").iter().any(|row| row.id == id) => {
                visit.size = Some(id.to_owned());
                self.proceed(now);
            }
            _ => {}
        }
    }

    /// One touch answered; the next question is answered by none before it can have been read.
    fn let_read(&mut self, now: Duration) {
        if matches!(self.page, Page::Situation(_) | Page::Field(_)) {
            self.turn_to(now, NEXT_QUESTION);
        }
    }

    fn take_toggled(&mut self, question: &str, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let chosen = joined(visit);
        if !chosen.is_empty() {
            visit.answer(question, &chosen);
            self.proceed(now);
        }
    }

    fn act(&mut self, act: Act, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        match (self.page.clone(), act) {
            (Page::Materials { .. }, Act::SomethingMissing) => {
                self.forward(Page::Missing { page: 0 }, now);
                self.print_missing();
            }
            (Page::Phone, Act::Skip) => {
                visit.phone_answer = PhoneAnswer::Skipped;
                self.proceed(now);
            }
            (Page::Phone, Act::OtherNumber) => {
                visit.other_number = true;
                self.turn_to(now, GUARD);
            }
            (Page::Field(code), Act::Skip) if visit.field(&code).is_some_and(|field| !field.required) => {
                visit.values.remove(&code);
                visit.taken.insert(code);
                self.proceed(now);
            }
            (Page::Field(_), Act::SwitchKeyOrder) => self.switch_keys(),
            (Page::Check { .. }, Act::Change(id)) => self.change(&id, now),
            (Page::Guide { .. }, Act::BrowseGuide) => self.back(now),
            (Page::Guide { .. }, Act::MyErrands) => self.my_errands(now),
            _ => {}
        }
    }

    fn change(&mut self, id: &str, now: Duration) {
        let page = match id.split_once(':').unwrap_or((id, "")) {
            ("item", _) => Page::choosing(),
            ("question", code) => Page::Situation(code.to_owned()),
            ("materials", _) => Page::Materials { page: 0 },
            ("phone", _) => Page::Phone,
            ("field", code) => Page::Field(code.to_owned()),
            ("size", _) => Page::BoxSize,
            _ => return,
        };
        // The page is entered from the check page, whatever came before: Back returns to it.
        if let Some(visit) = self.session.visit_mut() {
            visit.history.retain(|before| std::mem::discriminant(before) != std::mem::discriminant(&page));
        }
        self.forward(page, now);
    }

    fn take_phone(&mut self, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        if visit.known_phone.is_some() && !visit.other_number {
            visit.phone_answer = PhoneAnswer::Known;
        } else if phone_check(visit.phone.expose()) == PhoneCheck::Good {
            visit.phone_answer = PhoneAnswer::Typed;
        } else {
            return self.play(Sound::Attention);
        }
        self.proceed(now);
    }

    fn take_field(&mut self, code: &str, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let Some(field) = visit.field(code).cloned() else { return };
        let value = match field.kind {
            FieldKind::Text => visit.text.whole(),
            FieldKind::Choice if field.multiple => Personal::new(joined(visit)),
            FieldKind::Date => Personal::new(dashed(visit.values.get(code).map_or("", |value| value.expose()))),
            FieldKind::Choice | FieldKind::Number | FieldKind::Phone | FieldKind::OrgCode => {
                visit.values.get(code).cloned().unwrap_or_default()
            }
        };
        match field.check(value.expose()) {
            Ok(sound) => {
                visit.values.insert(code.to_owned(), Personal::new(sound));
                visit.taken.insert(code.to_owned());
                self.proceed(now);
            }
            Err(why) => {
                visit.field_problem = Some(problem(why));
                self.play(Sound::Attention);
            }
        }
    }

    fn key(&mut self, key: Key) {
        let language = self.language;
        let Some(visit) = self.session.visit_mut() else { return };
        visit.field_problem = None;
        match self.page.clone() {
            Page::Phone if visit.known_phone.is_none() || visit.other_number => {
                let changed = type_into(&mut visit.phone, key, PHONE_DIGITS, |c| c.is_ascii_digit());
                visit.phone_answer = if changed { PhoneAnswer::Open } else { visit.phone_answer };
            }
            Page::Field(code) => {
                let Some(kind) = visit.field(&code).map(|field| field.kind) else { return };
                let value = visit.values.entry(code.clone()).or_default();
                let changed = match kind {
                    FieldKind::Text => return type_text(visit, key, language),
                    FieldKind::Choice => false,
                    FieldKind::Date => {
                        if value.expose().contains('-') {
                            *value = Personal::new(value.expose().replace('-', ""));
                        }
                        type_into(value, key, 8, |c| c.is_ascii_digit())
                    }
                    FieldKind::Number => type_into(value, key, 16, |c| c.is_ascii_digit() || c == '.'),
                    FieldKind::Phone => type_into(value, key, 12, |c| c.is_ascii_digit()),
                    FieldKind::OrgCode => type_into(value, key, 18, |c| c.is_ascii_alphanumeric()),
                };
                if changed {
                    visit.taken.remove(&code);
                }
            }
            _ => {}
        }
    }
}

fn type_text(visit: &mut Visit, key: Key, language: Language) {
    let ime = visit.offer.ime();
    match key {
        Key::Char(c) => visit.text.type_char(c, ime),
        Key::Delete => visit.text.backspace(ime),
        Key::Clear => visit.text.start(""),
        Key::Space => visit.text.space(language, ime),
        Key::Candidate(n) => visit.text.choose(usize::from(n), ime),
    }
}

fn toggle(visit: &mut Visit, id: &str) {
    if !visit.toggled.remove(id) {
        visit.toggled.insert(id.to_owned());
    }
}

fn joined(visit: &Visit) -> String {
    visit.toggled.iter().map(String::as_str).collect::<Vec<_>>().join("+")
}

/// How a typed mobile number stands.
pub(crate) fn phone_check(digits: &str) -> PhoneCheck {
    if digits.is_empty() {
        return PhoneCheck::Empty;
    }
    match checks::mobile(digits) {
        Ok(_) => PhoneCheck::Good,
        Err(PhoneError::TooShort(missing)) => PhoneCheck::Incomplete(missing),
        Err(PhoneError::Prefix | PhoneError::TooLong | PhoneError::Character) => PhoneCheck::WrongStart,
    }
}

fn problem(why: ValueError) -> FieldProblem {
    match why {
        ValueError::Missing => FieldProblem::Empty,
        ValueError::Phone(PhoneError::TooShort(_))
        | ValueError::OrgCode(checks::OrgCodeError::Length)
        | ValueError::Choice => FieldProblem::Incomplete,
        ValueError::TooLong
        | ValueError::Control
        | ValueError::Phone(_)
        | ValueError::Date
        | ValueError::Number
        | ValueError::OrgCode(_) => FieldProblem::Impossible,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_as_they_are_typed() {
        for (typed, check) in [
            ("", PhoneCheck::Empty),
            ("1", PhoneCheck::Incomplete(10)),
            ("12", PhoneCheck::WrongStart),
            ("1381234567", PhoneCheck::Incomplete(1)),
            ("13812345678", PhoneCheck::Good),
        ] {
            assert_eq!(phone_check(typed), check, "{typed}");
        }
    }
}
