//! What every room does, and what pages of several rooms show.

use kiosk_journey as journey;
use slint::{ModelRc, SharedString, VecModel};

use crate::generated as ui;

/// A room: for each of its pages, what is set in the room's global. All of it is emptied when a page is left.
macro_rules! room {
    ($room:ident, $shown:ident, $view:ident; $($screen:pat => $page:ident { $($set:ident: $value:expr)? },)+) => {
        /// Shows the page if it is one of these, and says so.
        pub(super) fn show(app: &crate::generated::App, $view: &kiosk_journey::View) -> bool {
            let room = slint::ComponentHandle::global::<ui::$room<'_>>(app);
            let page = match &$view.screen {
                $($screen => {
                    $(room.$set($value);)?
                    ui::$shown::$page
                })+
                _ => return false,
            };
            room.set_page(page);
            true
        }

        /// Empties what these pages show.
        pub(super) fn empty(app: &crate::generated::App) {
            let room = slint::ComponentHandle::global::<ui::$room<'_>>(app);
            room.set_page(ui::$shown::None);
            $($(room.$set(Default::default());)?)+
        }
    };
}
pub(super) use room;

pub(super) fn text(text: &str) -> SharedString {
    text.into()
}

pub(super) fn rows<T, U: Clone + 'static>(from: &[T], row: impl FnMut(&T) -> U) -> ModelRc<U> {
    ModelRc::new(VecModel::from(from.iter().map(row).collect::<Vec<_>>()))
}

pub(super) fn paging(paging: journey::Paging) -> ui::Paging {
    ui::Paging { page: paging.page.into(), pages: paging.pages.into() }
}

pub(super) fn window(line: Option<&journey::WindowLine>) -> ui::WindowData {
    line.map_or_else(Default::default, |line| ui::WindowData {
        name: text(&line.name),
        phone: text(line.phone.as_deref().unwrap_or_default()),
    })
}

pub(super) fn no_deposit(why: Option<journey::NoDeposit>) -> ui::NoDeposit {
    match why {
        None => ui::NoDeposit::None,
        Some(journey::NoDeposit::Full) => ui::NoDeposit::Full,
        Some(journey::NoDeposit::LockerDown) => ui::NoDeposit::LockerDown,
        Some(journey::NoDeposit::CannotRecord) => ui::NoDeposit::CannotRecord,
        Some(journey::NoDeposit::NoCatalogue) => ui::NoDeposit::NoCatalogue,
    }
}

pub(super) fn option(row: &journey::OptionRow) -> ui::OptionData {
    ui::OptionData { id: text(&row.id), label: text(&row.label), chosen: row.chosen }
}

pub(super) fn count(count: journey::MaterialCount) -> ui::CountData {
    ui::CountData { in_box: count.in_box.into(), electronic: count.electronic.into(), shown: count.shown.into() }
}

pub(super) fn paper(paper: journey::PrintState) -> ui::PaperState {
    match paper {
        journey::PrintState::None => ui::PaperState::None,
        journey::PrintState::Printing => ui::PaperState::Printing,
        journey::PrintState::Printed => ui::PaperState::Printed,
        journey::PrintState::Failed => ui::PaperState::Failed,
    }
}

/// Digits in fours, to be read aloud.
pub(super) fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 5 / 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}
