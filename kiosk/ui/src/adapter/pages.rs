//! Each page's struct.

mod document;
mod find;

use kiosk_journey as journey;
use kiosk_journey::{Asks, CheckLabel, FieldInput, GuideSection, Screen, TextSize};
use slint::{ComponentHandle, ModelRc, SharedString, VecModel};

use super::qr;
use crate::generated as ui;
use crate::generated::{App, PageKind, Show};

/// Fills and shows a page.
pub(super) fn show(app: &App, screen: &Screen, size: TextSize) {
    let show = app.global::<Show>();
    match screen {
        Screen::Starting | Screen::Saving => {}
        Screen::ReadingCard { travel_document } => show.set_reading_document(*travel_document),
        Screen::Document(view) => show.set_document(document::part(view)),
        Screen::DocumentCheck(view) => show.set_document_check(document::check(view)),
        Screen::FindNumber(view) => show.set_find_number(find::number(view)),
        Screen::FindLastFour(view) => show.set_find_last_four(find::last_four(view)),
        Screen::FindFailed { why } => show.set_find_failure(find::failure(*why)),
        Screen::Progress(view) => show.set_progress(find::progress(view)),
        Screen::NotEnrolled { command } => show.set_trouble(detail(command)),
        Screen::OutOfService { why, detail: text } => {
            show.set_trouble(ui::TroubleData { outage: outage(*why), ..detail(text) });
        }
        Screen::ShutDoors { doors } => {
            show.set_trouble(ui::TroubleData { doors: list(doors), ..Default::default() });
        }
        Screen::Idle(view) => {
            app.global::<ui::Session>().set_hall(text(&view.hall_name));
            show.set_idle(idle(view));
        }
        Screen::CardProblem { problem } => {
            show.set_trouble(ui::TroubleData { card: card(*problem), ..Default::default() });
        }
        Screen::Choose(view) => show.set_choose(choose(view)),
        Screen::Search(view) => show.set_search(search(view, size)),
        Screen::Guide(view) => show.set_guide(guide(view)),
        Screen::Situation(view) => show.set_question(question(view)),
        Screen::NotHere { item, go } => show.set_not_here(ui::NotHereData { item: item.into(), go: go.into() }),
        Screen::Materials(view) => show.set_materials(ui::MaterialsData {
            item: text(&view.item),
            rows: materials(&view.rows),
            count: count(view.count),
            paging: paging(view.paging),
            window: window(None),
            prints: view.prints,
            paper: ui::PaperState::None,
        }),
        Screen::Missing(view) => show.set_materials(ui::MaterialsData {
            item: text(&view.item),
            rows: materials(&view.rows),
            count: count(view.count),
            paging: paging(view.paging),
            window: window(view.window.as_ref()),
            prints: false,
            paper: paper(view.paper),
        }),
        Screen::NoBox { why, window: line } => {
            show.set_no_box(ui::NoBoxData { why: no_deposit(Some(*why)), window: window(line.as_ref()) });
        }
        Screen::Phone(view) => show.set_phone(phone(view)),
        Screen::Field(view) => show.set_field(field(view)),
        Screen::Text(view) => show.set_text(text_page(view)),
        Screen::Check(view) => {
            show.set_check(ui::CheckData { rows: rows(&view.rows, check_row), paging: paging(view.paging) });
        }
        Screen::BoxSize(view) => show.set_box_sizes(rows(&view.sizes, |size| ui::BoxSizeData {
            id: text(&size.id),
            free: size.free.into(),
            chosen: size.chosen,
        })),
        Screen::Door(view) | Screen::StaffDoor(view) | Screen::PickupDoor(view) => show.set_door(door(view)),
        Screen::AskPaperIn { compartment } => show.set_trouble(paper_in(Some(*compartment))),
        Screen::RecordFailed { paper_in: compartment, window: line } => {
            show.set_trouble(ui::TroubleData { window: window(line.as_ref()), ..paper_in(*compartment) });
        }
        Screen::NotDeposited { window: line } => {
            show.set_trouble(ui::TroubleData { window: window(line.as_ref()), ..Default::default() });
        }
        Screen::Done(view) => show.set_done(done(view)),
        Screen::Errands(view) => {
            show.set_errands(ui::ErrandsData { rows: rows(&view.rows, errand_row), paging: paging(view.paging) });
        }
        Screen::Errand(view) => show.set_errand(errand(view)),
        Screen::AskTaken { compartment } => show.set_trouble(paper_in(Some(*compartment))),
        Screen::PickupFailed { compartment, window: line } => {
            show.set_trouble(ui::TroubleData { window: window(line.as_ref()), ..paper_in(Some(*compartment)) });
        }
        Screen::Rate { rated } => show.set_rated(rated.unwrap_or_default().into()),
        Screen::StaffPin(view) | Screen::StaffCode(view) | Screen::PickupCode(view) => show.set_pad(pad(view)),
        Screen::StaffBoxes(view) => show.set_staff_boxes(staff_boxes(view)),
        Screen::StaffAffirm { compartment, receipt, opening_seen, loading } => show.set_affirm(ui::AffirmData {
            compartment: (*compartment).into(),
            receipt: text(&receipt.as_deref().map(grouped).unwrap_or_default()),
            opening_seen: *opening_seen,
            loading: *loading,
        }),
        Screen::StaffRefused { why } => show.set_refusal(refusal(Some(*why))),
    }
    show.set_page(kind(screen));
}

/// Empties the struct of a page that was left.
pub(super) fn empty(app: &App, screen: &Screen) {
    let show = app.global::<Show>();
    match screen {
        Screen::Starting | Screen::ReadingCard { .. } | Screen::FindFailed { .. } | Screen::Saving => {}
        Screen::Document(_) => show.set_document(Default::default()),
        Screen::DocumentCheck(_) => show.set_document_check(Default::default()),
        Screen::FindNumber(_) => show.set_find_number(Default::default()),
        Screen::FindLastFour(_) => show.set_find_last_four(Default::default()),
        Screen::Progress(_) => show.set_progress(Default::default()),
        Screen::NotEnrolled { .. }
        | Screen::OutOfService { .. }
        | Screen::ShutDoors { .. }
        | Screen::CardProblem { .. }
        | Screen::AskPaperIn { .. }
        | Screen::RecordFailed { .. }
        | Screen::AskTaken { .. }
        | Screen::PickupFailed { .. }
        | Screen::NotDeposited { .. } => show.set_trouble(Default::default()),
        Screen::Idle(_) => show.set_idle(Default::default()),
        Screen::Choose(_) => show.set_choose(Default::default()),
        Screen::Search(_) => show.set_search(Default::default()),
        Screen::Guide(_) => show.set_guide(Default::default()),
        Screen::Situation(_) => show.set_question(Default::default()),
        Screen::NotHere { .. } => show.set_not_here(Default::default()),
        Screen::Materials(_) | Screen::Missing(_) => show.set_materials(Default::default()),
        Screen::NoBox { .. } => show.set_no_box(Default::default()),
        Screen::Phone(_) => show.set_phone(Default::default()),
        Screen::Field(_) => show.set_field(Default::default()),
        Screen::Text(_) => show.set_text(Default::default()),
        Screen::Check(_) => show.set_check(Default::default()),
        Screen::BoxSize(_) => show.set_box_sizes(Default::default()),
        Screen::Door(_) | Screen::StaffDoor(_) | Screen::PickupDoor(_) => show.set_door(Default::default()),
        Screen::Errands(_) => show.set_errands(Default::default()),
        Screen::Errand(_) => show.set_errand(Default::default()),
        Screen::Rate { .. } => show.set_rated(0),
        Screen::Done(_) => show.set_done(Default::default()),
        Screen::StaffPin(_) | Screen::StaffCode(_) | Screen::PickupCode(_) => show.set_pad(Default::default()),
        Screen::StaffBoxes(_) => show.set_staff_boxes(Default::default()),
        Screen::StaffAffirm { .. } => show.set_affirm(Default::default()),
        Screen::StaffRefused { .. } => show.set_refusal(ui::Refusal::None),
    }
}

fn kind(screen: &Screen) -> PageKind {
    match screen {
        Screen::Starting => PageKind::Starting,
        Screen::NotEnrolled { .. } => PageKind::NotEnrolled,
        Screen::OutOfService { .. } => PageKind::OutOfService,
        Screen::ShutDoors { .. } => PageKind::ShutDoors,
        Screen::Idle(_) => PageKind::Idle,
        Screen::ReadingCard { .. } => PageKind::ReadingCard,
        Screen::CardProblem { .. } => PageKind::CardProblem,
        Screen::Document(_) => PageKind::Document,
        Screen::DocumentCheck(_) => PageKind::DocumentCheck,
        Screen::FindNumber(_) => PageKind::FindNumber,
        Screen::FindLastFour(_) => PageKind::FindLastFour,
        Screen::FindFailed { .. } => PageKind::FindFailed,
        Screen::Progress(_) => PageKind::Progress,
        Screen::Choose(_) => PageKind::Choose,
        Screen::Search(_) => PageKind::Search,
        Screen::Guide(_) => PageKind::Guide,
        Screen::Situation(_) => PageKind::Situation,
        Screen::NotHere { .. } => PageKind::NotHere,
        Screen::Materials(_) => PageKind::Materials,
        Screen::Missing(_) => PageKind::Missing,
        Screen::NoBox { .. } => PageKind::NoBox,
        Screen::Phone(_) => PageKind::Phone,
        Screen::Field(_) => PageKind::Field,
        Screen::Text(_) => PageKind::Text,
        Screen::Check(_) => PageKind::Check,
        Screen::BoxSize(_) => PageKind::BoxSize,
        Screen::Saving => PageKind::Saving,
        Screen::Door(_) | Screen::StaffDoor(_) | Screen::PickupDoor(_) => PageKind::Door,
        Screen::Errands(_) => PageKind::Errands,
        Screen::Errand(_) => PageKind::Errand,
        Screen::PickupCode(_) => PageKind::PickupCode,
        Screen::AskTaken { .. } => PageKind::AskTaken,
        Screen::PickupFailed { .. } => PageKind::PickupFailed,
        Screen::Rate { .. } => PageKind::Rate,
        Screen::AskPaperIn { .. } => PageKind::AskPaperIn,
        Screen::RecordFailed { .. } => PageKind::RecordFailed,
        Screen::NotDeposited { .. } => PageKind::NotDeposited,
        Screen::Done(_) => PageKind::Done,
        Screen::StaffPin(_) => PageKind::StaffPin,
        Screen::StaffCode(_) => PageKind::StaffCode,
        Screen::StaffBoxes(_) => PageKind::StaffBoxes,
        Screen::StaffAffirm { .. } => PageKind::StaffAffirm,
        Screen::StaffRefused { .. } => PageKind::StaffRefused,
    }
}

fn text(text: &str) -> SharedString {
    text.into()
}

fn rows<T, U: Clone + 'static>(from: &[T], row: impl FnMut(&T) -> U) -> ModelRc<U> {
    ModelRc::new(VecModel::from(from.iter().map(row).collect::<Vec<_>>()))
}

fn paging(paging: journey::Paging) -> ui::Paging {
    ui::Paging { page: paging.page.into(), pages: paging.pages.into() }
}

fn window(line: Option<&journey::WindowLine>) -> ui::WindowData {
    line.map_or_else(Default::default, |line| ui::WindowData {
        name: text(&line.name),
        phone: text(line.phone.as_deref().unwrap_or_default()),
    })
}

/// "3、7": the mark that both languages of the hall read as a list.
fn list(doors: &[u16]) -> SharedString {
    doors.iter().map(u16::to_string).collect::<Vec<_>>().join("、").into()
}

fn detail(detail: &str) -> ui::TroubleData {
    ui::TroubleData { detail: detail.into(), ..Default::default() }
}

fn paper_in(compartment: Option<u16>) -> ui::TroubleData {
    ui::TroubleData { paper_in: compartment.unwrap_or_default().into(), ..Default::default() }
}

fn outage(why: journey::OutOfServiceReason) -> ui::Outage {
    match why {
        journey::OutOfServiceReason::Revoked => ui::Outage::Revoked,
        journey::OutOfServiceReason::JournalForked => ui::Outage::JournalForked,
        journey::OutOfServiceReason::JournalDamaged => ui::Outage::JournalDamaged,
        journey::OutOfServiceReason::Broken => ui::Outage::Broken,
    }
}

fn no_deposit(why: Option<journey::NoDeposit>) -> ui::NoDeposit {
    match why {
        None => ui::NoDeposit::None,
        Some(journey::NoDeposit::Full) => ui::NoDeposit::Full,
        Some(journey::NoDeposit::LockerDown) => ui::NoDeposit::LockerDown,
        Some(journey::NoDeposit::CannotRecord) => ui::NoDeposit::CannotRecord,
        Some(journey::NoDeposit::NoCatalogue) => ui::NoDeposit::NoCatalogue,
    }
}

fn card(problem: journey::CardProblem) -> ui::CardTrouble {
    match problem {
        journey::CardProblem::TakenTooSoon => ui::CardTrouble::TakenTooSoon,
        journey::CardProblem::UnknownCard => ui::CardTrouble::UnknownCard,
        journey::CardProblem::Expired => ui::CardTrouble::Expired,
        journey::CardProblem::WrongCheckDigit => ui::CardTrouble::WrongCheckDigit,
        journey::CardProblem::NoAnswer => ui::CardTrouble::NoAnswer,
        journey::CardProblem::Unreadable => ui::CardTrouble::Unreadable,
        journey::CardProblem::ReaderLost => ui::CardTrouble::ReaderLost,
    }
}

fn idle(view: &journey::IdleView) -> ui::IdleData {
    ui::IdleData {
        reads_cards: view.reads_cards,
        starting: view.starting,
        no_deposit: no_deposit(view.no_deposit),
        free_boxes: view.free_boxes.into(),
        waiting: i32::try_from(view.waiting).unwrap_or(i32::MAX),
        waiting_since: text(view.waiting_since.as_deref().unwrap_or_default()),
        open_doors: list(&view.open_doors),
        card_left: view.card_left,
        has_guide: view.has_guide,
        finds: view.finds,
        paper_down: view.paper == journey::PartState::Failed,
    }
}

fn choose(view: &journey::TilesView) -> ui::ChooseData {
    ui::ChooseData {
        by_theme: view.by == journey::ChooseBy::Theme,
        within: text(&view.within),
        items: !view.tiles.is_empty() && view.tiles.iter().all(|tile| tile.items.is_none()),
        tiles: rows(&view.tiles, |tile| ui::TileData {
            id: text(&tile.id),
            title: text(&tile.title),
            plain: text(&tile.plain),
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

fn guide(view: &journey::GuideView) -> ui::GuideData {
    let mut last = None;
    let lines = view.lines.iter().map(|line| {
        let heading = if last == Some(line.section) { ui::GuidePart::None } else { part(line.section) };
        last = Some(line.section);
        ui::GuideLineData { heading, text: text(&line.text), place: place(line.place), unconfirmed: line.unconfirmed }
    });
    ui::GuideData {
        lines: ModelRc::new(VecModel::from(lines.collect::<Vec<_>>())),
        item: text(&view.item),
        plain: text(&view.plain),
        department: text(&view.department),
        paging: paging(view.paging),
        has_unconfirmed: view.has_unconfirmed,
        signed_in: view.signed_in,
        same_receipt: text(&view.same.as_ref().map(|same| grouped(&same.receipt)).unwrap_or_default()),
        same_state: text(view.same.as_ref().map(|same| same.state.as_str()).unwrap_or_default()),
    }
}

fn part(section: GuideSection) -> ui::GuidePart {
    match section {
        GuideSection::Conditions => ui::GuidePart::Conditions,
        GuideSection::PromisedLimit => ui::GuidePart::PromisedLimit,
        GuideSection::LegalLimit => ui::GuidePart::LegalLimit,
        GuideSection::Fee => ui::GuidePart::Fee,
        GuideSection::Result => ui::GuidePart::Result,
        GuideSection::Materials => ui::GuidePart::Materials,
        GuideSection::MaterialsDepending => ui::GuidePart::MaterialsDepending,
    }
}

fn option(row: &journey::OptionRow) -> ui::OptionData {
    ui::OptionData { id: text(&row.id), label: text(&row.label), chosen: row.chosen }
}

fn question(view: &journey::QuestionView) -> ui::QuestionData {
    let (asks, words) = match &view.asks {
        Asks::ActingFor => (ui::Asks::ActingFor, ""),
        Asks::Words(words) => (ui::Asks::Words, words.as_str()),
    };
    ui::QuestionData {
        asks,
        words: text(words),
        options: rows(&view.options, option),
        multiple: view.multiple,
        item: text(&view.item),
    }
}

fn place(place: journey::Place) -> ui::Place {
    match place {
        journey::Place::Box => ui::Place::IntoBox,
        journey::Place::Electronic => ui::Place::Electronic,
        journey::Place::Shown => ui::Place::Shown,
    }
}

fn count(count: journey::MaterialCount) -> ui::CountData {
    ui::CountData { in_box: count.in_box.into(), electronic: count.electronic.into(), shown: count.shown.into() }
}

fn materials(shown: &[journey::MaterialRow]) -> ModelRc<ui::MaterialData> {
    let mut before = None;
    rows(shown, |row| {
        let group = row.place == journey::Place::Box;
        material(row, before.replace(group) != Some(group))
    })
}

fn material(row: &journey::MaterialRow, heads: bool) -> ui::MaterialData {
    ui::MaterialData {
        number: row.number.into(),
        name: text(&row.name),
        originals: row.originals.into(),
        copies: row.copies.into(),
        deferrable: row.deferrable,
        place: place(row.place),
        heads,
        only_if: text(&row.only_if),
        unconfirmed: row.unconfirmed,
    }
}

fn phone(view: &journey::PhoneView) -> ui::PhoneData {
    let (check, to_go) = match view.check {
        journey::PhoneCheck::Empty => (ui::PhoneCheck::Empty, 11),
        journey::PhoneCheck::Incomplete(to_go) => (ui::PhoneCheck::Incomplete, to_go),
        journey::PhoneCheck::WrongStart => (ui::PhoneCheck::WrongStart, 0),
        journey::PhoneCheck::Good => (ui::PhoneCheck::Good, 0),
    };
    ui::PhoneData {
        known: text(view.known.as_deref().unwrap_or_default()),
        typed: text(&view.typed),
        check,
        to_go: to_go.into(),
    }
}

fn problem(problem: Option<journey::FieldProblem>) -> ui::FieldProblem {
    match problem {
        None => ui::FieldProblem::None,
        Some(journey::FieldProblem::Empty) => ui::FieldProblem::Empty,
        Some(journey::FieldProblem::Incomplete) => ui::FieldProblem::Incomplete,
        Some(journey::FieldProblem::Impossible) => ui::FieldProblem::Impossible,
    }
}

fn field(view: &journey::FieldView) -> ui::FieldData {
    let typed = |kind, typed: &str| (kind, text(typed), ModelRc::default(), false);
    let (kind, typed, options, multiple) = match &view.input {
        FieldInput::Options { rows: options, multiple } => {
            (ui::FieldKind::Options, SharedString::new(), rows(options, option), *multiple)
        }
        FieldInput::Date(date) => typed(ui::FieldKind::Date, date),
        FieldInput::Number(number) => typed(ui::FieldKind::Number, number),
        FieldInput::Phone(phone) => typed(ui::FieldKind::Phone, phone),
        FieldInput::OrgCode(code) => typed(ui::FieldKind::OrgCode, code),
    };
    ui::FieldData {
        label: text(&view.label),
        kind,
        typed,
        options,
        multiple,
        optional: view.optional,
        problem: problem(view.problem),
    }
}

fn text_page(view: &journey::TextView) -> ui::TextData {
    ui::TextData {
        label: text(&view.label),
        text: text(&view.text),
        letters: text(&view.letters),
        candidates: rows(&view.candidates, |candidate| text(candidate)),
        keys_abc: view.keys_abc,
        optional: view.optional,
        problem: problem(view.problem),
    }
}

fn check_row(row: &journey::CheckRow) -> ui::CheckRowData {
    let (kind, label) = match &row.label {
        CheckLabel::Applicant => (ui::CheckKind::Applicant, ""),
        CheckLabel::Item => (ui::CheckKind::Item, ""),
        CheckLabel::ActingFor => (ui::CheckKind::ActingFor, ""),
        CheckLabel::Materials(_) => (ui::CheckKind::Materials, ""),
        CheckLabel::Phone => (ui::CheckKind::Phone, ""),
        CheckLabel::BoxSize => (ui::CheckKind::BoxSize, ""),
        CheckLabel::Words(words) => (ui::CheckKind::Words, words.as_str()),
    };
    ui::CheckRowData {
        id: text(row.id.as_deref().unwrap_or_default()),
        kind,
        label: text(label),
        value: text(&row.value),
        count: if let CheckLabel::Materials(materials) = row.label {
            count(materials)
        } else {
            ui::CountData::default()
        },
    }
}

fn door(view: &journey::DoorView) -> ui::DoorData {
    ui::DoorData {
        compartment: view.compartment.into(),
        phase: match view.phase {
            journey::DoorPhase::Opening { attempt: 0 | 1 } => ui::DoorPhase::Opening,
            journey::DoorPhase::Opening { .. } => ui::DoorPhase::OpeningAgain,
            journey::DoorPhase::Open => ui::DoorPhase::Open,
            journey::DoorPhase::Reminder => ui::DoorPhase::Reminder,
            journey::DoorPhase::StaffCalled => ui::DoorPhase::StaffCalled,
            journey::DoorPhase::ShutForBigger => ui::DoorPhase::ShutForBigger,
            journey::DoorPhase::ShutForOther => ui::DoorPhase::ShutForOther,
            journey::DoorPhase::NotSeen => ui::DoorPhase::NotSeen,
        },
        instead_of: view.instead_of.unwrap_or_default().into(),
        can_bigger: view.can_bigger,
        can_found: view.can_found,
        can_say_in: view.can_say_in,
        cells: rows(&view.cabinet, |cell| i32::from(cell.no)),
        r#use: match view.purpose {
            journey::DoorPurpose::Deposit => ui::DoorUse::Deposit,
            journey::DoorPurpose::Collect => ui::DoorUse::Collect,
            journey::DoorPurpose::Load => ui::DoorUse::Load,
            journey::DoorPurpose::PickUp => ui::DoorUse::PickUp,
        },
    }
}

fn errand_row(row: &journey::ErrandRow) -> ui::ErrandData {
    let (todo, number, place) = match &row.todo {
        None => (ui::ErrandTodo::None, 0, ""),
        Some(journey::TodoView::PickUp { compartment }) => (ui::ErrandTodo::PickUp, (*compartment).into(), ""),
        Some(journey::TodoView::Correct { missing }) => (ui::ErrandTodo::Correct, (*missing).into(), ""),
        Some(journey::TodoView::PickUpElsewhere { kiosk }) => (ui::ErrandTodo::Elsewhere, 0, kiosk.as_str()),
    };
    ui::ErrandData {
        id: text(&row.id),
        item: text(&row.item),
        receipt: text(&grouped(&row.receipt)),
        state: text(&row.state),
        todo,
        number,
        place: text(place),
    }
}

fn errand(view: &journey::ErrandView) -> ui::ErrandPageData {
    ui::ErrandPageData {
        row: errand_row(&view.row),
        told: text(&view.told),
        due: text(view.due.as_deref().unwrap_or_default()),
        window: window(view.window.as_ref()),
        missing: rows(&view.missing, |line| ui::MissingData {
            name: text(&line.name),
            reason: text(&line.reason),
            originals: line.originals.into(),
            copies: line.copies.into(),
        }),
        paging: paging(view.paging),
        blocked: view.blocked,
    }
}

fn done(view: &journey::DoneView) -> ui::DoneData {
    ui::DoneData {
        receipt: text(&grouped(&view.receipt)),
        qr: qr::picture(view.qr.text()),
        qr_leads: view.qr.leads(),
        compartment: view.compartment.into(),
        item: text(&view.item),
        materials: count(view.materials),
        made_at: text(&view.made_at),
        answer_by: text(view.answer_by.as_deref().unwrap_or_default()),
        window: window(view.window.as_ref()),
        has_phone: view.has_phone,
        offline: view.offline,
        unconfirmed: view.unconfirmed.is_some(),
        can_reopen: view.can_reopen,
        reopen_failed: view.reopen_failed,
        paper: paper(view.paper),
        seconds: view.seconds.into(),
    }
}

fn paper(paper: journey::Paper) -> ui::PaperState {
    match paper {
        journey::Paper::None => ui::PaperState::None,
        journey::Paper::Printing => ui::PaperState::Printing,
        journey::Paper::Printed => ui::PaperState::Printed,
        journey::Paper::Failed => ui::PaperState::Failed,
    }
}

/// Digits in fours, to be read aloud.
fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 5 / 4);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

fn refusal(why: Option<journey::StaffRefusal>) -> ui::Refusal {
    match why {
        None => ui::Refusal::None,
        Some(journey::StaffRefusal::UnknownCard) => ui::Refusal::UnknownCard,
        Some(journey::StaffRefusal::WrongPin) => ui::Refusal::WrongPin,
        Some(journey::StaffRefusal::Locked) => ui::Refusal::Locked,
        Some(journey::StaffRefusal::WrongCode) => ui::Refusal::WrongCode,
        Some(journey::StaffRefusal::RosterExpired) => ui::Refusal::RosterExpired,
    }
}

fn pad(view: &journey::StaffPadView) -> ui::PadData {
    ui::PadData {
        name: text(&view.name),
        typed: view.typed.into(),
        of: view.of.into(),
        checking: view.checking,
        refused: refusal(view.refused),
        tries_left: view.tries_left.map_or(-1, i32::from),
    }
}

fn staff_boxes(view: &journey::StaffBoxesView) -> ui::StaffBoxesData {
    ui::StaffBoxesData {
        name: text(&view.name),
        rows: rows(&view.rows, |row| ui::StaffBoxData {
            id: text(&row.id),
            compartment: row.compartment.into(),
            receipt: text(&row.receipt.as_deref().map(grouped).unwrap_or_default()),
            reason: match row.kind {
                journey::StaffDoorKind::Armed => ui::BoxReason::Armed,
                journey::StaffDoorKind::Load => ui::BoxReason::Load,
                journey::StaffDoorKind::LoadNoRoom => ui::BoxReason::LoadNoRoom,
                journey::StaffDoorKind::Result => ui::BoxReason::Result,
                journey::StaffDoorKind::Paper => ui::BoxReason::Paper,
                journey::StaffDoorKind::ToBeConfirmed => ui::BoxReason::ToBeConfirmed,
                journey::StaffDoorKind::SetAside => ui::BoxReason::SetAside,
            },
        }),
        paging: paging(view.paging),
        stuck: view.stuck.unwrap_or_default().into(),
        record_failed: view.record_failed,
    }
}
