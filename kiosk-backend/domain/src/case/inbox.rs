//! What the domain's questions answer: plain values for pages and JSON. Personal values are masked already, unless the
//! type's name says otherwise.

use hall_rules::Right;
use hall_rules::folding::{self, LAST};
pub use hall_store::cases::Only;
use hall_store::cases::{Listing, View, Wanted};
use hall_store::keys::Keys;
pub use hall_store::saved_views::SavedView;
use hall_store::seal::IndexOf;
use hall_store::{self as store, Connection, StoreError};
use hall_words::Reason;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::joint::answers;
use crate::case::rows::{InboxRow, PAGE, inbox_rows};
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// Saved views of the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Deposited, nobody on the way.
    #[default]
    New,
    /// The window has the paper and must go on.
    Work,
    /// The applicant or an expert must do something first.
    Waiting,
    /// I am collecting or have collected them.
    Mine,
    /// Unconfirmed deposits, boxes opened but not affirmed empty, clocks that are soon over or over.
    Attention,
    /// Everything of my windows, newest first, voided ones too.
    All,
}

/// How many there are in each view, each counted up to a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// [`Filter::New`].
    pub new: u32,
    /// [`Filter::Work`].
    pub work: u32,
    /// Questions to departments of mine that wait for an answer (会办).
    pub joint: u32,
    /// [`Filter::Waiting`].
    pub waiting: u32,
    /// [`Filter::Mine`].
    pub mine: u32,
    /// [`Filter::Attention`].
    pub attention: u32,
    /// [`Filter::All`].
    pub all: u32,
    /// Deposits of my windows that I have not opened since they last changed.
    pub unread: u32,
    /// Journal entries set aside and not looked at; 0 for clerks.
    pub set_aside: u32,
    /// Call-backs that are open; 0 for others than chiefs and supervisors.
    pub callbacks: u32,
    /// Results in boxes of my windows whose time is over; 0 for whoever handles no boxes.
    pub uncollected: u32,
    /// Cases that are late and that no chief or supervisor has seen so; 0 for others.
    pub late: u32,
}

/// A page of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Inbox {
    /// The rows: most urgent first, in [`Filter::All`] newest first.
    pub rows: Vec<InboxRow>,
    /// Hand back as `after` for the next page; absent on the last.
    pub next: Option<u32>,
}

/// How many views one person keeps.
const MOST_VIEWS: usize = 12;

/// Longest name of a saved view, in characters.
const LONGEST_NAME: usize = 20;

fn listing(acting: &Acting, view: View, only: Only) -> Listing {
    let (reader, windows) = (acting.actor.staff.id, acting.actor.windows());
    Listing { reader, windows, view, only, now_ms: acting.now_ms, today: acting.today() }
}

/// One page of a view of the inbox.
pub async fn page(
    hall: &Hall,
    actor: &Actor,
    filter: Filter,
    only: Only,
    after: Option<u32>,
) -> Result<Inbox, Refusal> {
    let acting = Acting::new(hall, actor);
    let offset = after.unwrap_or(0);
    Ok(hall
        .store()
        .read(move |connection| {
            let mut rows = store::cases::list(connection, &listing(&acting, view_of(filter), only), offset, PAGE + 1)?;
            let more = rows.len() > PAGE as usize;
            rows.truncate(PAGE as usize);
            let rows = inbox_rows(connection, &acting, rows)?;
            Ok::<_, StoreError>(Inbox { rows, next: more.then_some(offset + PAGE) })
        })
        .await?)
}

fn view_of(filter: Filter) -> View {
    match filter {
        Filter::New => View::New,
        Filter::Work => View::Work,
        Filter::Waiting => View::Waiting,
        Filter::Mine => View::Mine,
        Filter::Attention => View::Attention,
        Filter::All => View::All,
    }
}

/// How many there are in each view.
pub async fn counts(hall: &Hall, actor: &Actor) -> Result<Counts, Refusal> {
    let acting = Acting::new(hall, actor);
    Ok(hall
        .store()
        .read(move |connection| {
            let count = |view| store::cases::count(connection, &listing(&acting, view, Only::default()));
            Ok::<_, StoreError>(Counts {
                new: count(View::New)?,
                work: count(View::Work)?,
                joint: answers::count_waiting(connection, &acting.actor)?,
                waiting: count(View::Waiting)?,
                mine: count(View::Mine)?,
                attention: count(View::Attention)?,
                all: count(View::All)?,
                unread: count(View::Unread)?,
                set_aside: if acting.actor.may(Right::SettleEntries) {
                    store::journal::count_set_aside(connection)?
                } else {
                    0
                },
                callbacks: if acting.actor.may(Right::Supervise) { store::ratings::count_open(connection)? } else { 0 },
                uncollected: if acting.actor.may(Right::HandleBoxes) {
                    let over = store::uncollected::windows_over(connection, &acting.today().to_string())?;
                    u32::try_from(over.iter().filter(|window| acting.actor.sees(**window)).count()).unwrap_or(u32::MAX)
                } else {
                    0
                },
                late: if acting.actor.may(Right::Supervise) { store::escalations::count(connection)? } else { 0 },
            })
        })
        .await?)
}

/// How many deposits are news to the asker: for titles that are renewed at each event.
pub async fn unread(hall: &Hall, actor: &Actor) -> Result<u32, Refusal> {
    let acting = Acting::new(hall, actor);
    let count = move |connection: &Connection| {
        store::cases::count(connection, &listing(&acting, View::Unread, Only::default()))
    };
    Ok(hall.store().read(count).await?)
}

/// Cases by receipt number, by the last four of the document number, by full name or its initials, by phone, or by name or
/// code of the organisation. Only those the asker may see.
pub async fn search(hall: &Hall, actor: &Actor, text: &str) -> Result<Vec<InboxRow>, Refusal> {
    let acting = Acting::new(hall, actor);
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(hall
        .store()
        .read(move |connection| {
            let mut found = Vec::new();
            for wanted in wanted(&acting.keys, &text) {
                let windows = acting.actor.windows();
                found.extend(store::cases::search(
                    connection,
                    acting.actor.staff.id,
                    windows.as_deref(),
                    &wanted,
                    PAGE,
                )?);
            }
            found.sort_by_key(|row| row.id);
            found.dedup_by_key(|row| row.id);
            found.sort_by_key(|row| std::cmp::Reverse(row.changed_ms));
            inbox_rows(connection, &acting, found)
        })
        .await?)
}

fn wanted(keys: &Keys, text: &str) -> Vec<Wanted> {
    let index = |of, value: &str| (!value.is_empty()).then(|| keys.sealer.index(of, value));
    // A scanner at the window types what the receipt's code holds: the number, or a link to its public page.
    let receipt = hall_rules::ReceiptNumber::parse(text).ok();
    let (number, name) = (folding::number(text), folding::Name::of(text));
    let last_four = Some(&number).filter(|number| number.len() <= LAST);
    let code = Some(&number).filter(|code| hall_rules::checks::org_code(code).is_ok());
    [
        receipt.map(|receipt| Wanted::Receipt(receipt.as_str().to_owned())),
        last_four.and_then(|number| index(IndexOf::LastFour, number)).map(Wanted::LastFour),
        index(IndexOf::Name, &name.whole()).map(Wanted::Name),
        index(IndexOf::Phone, &folding::phone(text)).map(Wanted::Phone),
        hall_rules::initials::typed(text).and_then(|typed| index(IndexOf::Initials, &typed)).map(Wanted::Also),
        index(IndexOf::Organisation, &name.whole()).map(Wanted::Also),
        code.and_then(|code| index(IndexOf::OrganisationCode, code)).map(Wanted::Also),
        name.only_word().and_then(|word| index(IndexOf::NameWord, word)).map(Wanted::Also),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a page of the inbox can be narrowed to: items by code, windows and terminals by id, each with its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Items of the actor's windows.
    pub items: Vec<(String, hall_rules::Text)>,
    /// Windows, for those who see every one.
    pub windows: Vec<(String, String)>,
    /// Terminals.
    pub kiosks: Vec<(String, String)>,
    /// The actor's own views.
    pub views: Vec<SavedView>,
}

/// What the actor can narrow the inbox to.
pub async fn choices(hall: &Hall, actor: &Actor) -> Result<Choices, Refusal> {
    let (staff, windows) = (actor.staff.id, actor.windows());
    Ok(hall
        .store()
        .read(move |connection| {
            let all = store::staff::windows(connection)?;
            let own = |department: &str| {
                windows.as_ref().is_none_or(|own| {
                    all.iter().any(|row| own.contains(&row.id) && row.departments.iter().any(|code| code == department))
                })
            };
            let items = store::catalogue::newest_items(connection)?
                .into_iter()
                .filter(|(_, department, _)| own(department))
                .map(|(code, _, body)| {
                    let name = item_name(&body).unwrap_or_else(|| hall_rules::Text::zh(code.clone()));
                    (code, name)
                })
                .collect();
            let kiosks =
                store::kiosks::all(connection)?.into_iter().map(|row| (row.id.to_string(), row.name)).collect();
            let every = if windows.is_none() { all } else { Vec::new() };
            let windows = every.into_iter().map(|row| (row.id.to_string(), row.name)).collect();
            Ok::<_, StoreError>(Choices { items, windows, kiosks, views: store::saved_views::of(connection, staff)? })
        })
        .await?)
}

fn item_name(body: &str) -> Option<hall_rules::Text> {
    #[derive(serde::Deserialize)]
    struct Named {
        name: hall_rules::Text,
    }
    serde_json::from_str::<Named>(body).ok().map(|item| item.name)
}

/// Keeps a view of the actor under a name; one of the same name is replaced.
pub async fn save_view(hall: &Hall, actor: &Actor, name: &str, query: String) -> Result<(), Refusal> {
    let (name, staff) = (name.trim().to_owned(), actor.staff.id);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Reason::ViewName { longest: LONGEST_NAME }.into());
    }
    hall.store()
        .write(move |tx| {
            let known = store::saved_views::of(tx, staff)?;
            if known.len() >= MOST_VIEWS && known.iter().all(|view| view.name != name) {
                return Err(Reason::ViewsFull { most: MOST_VIEWS }.into());
            }
            Ok(store::saved_views::save(tx, staff, &name, &query)?)
        })
        .await
}

/// Forgets one of the actor's views.
pub async fn forget_view(hall: &Hall, actor: &Actor, id: i64) -> Result<(), Refusal> {
    let staff = actor.staff.id;
    hall.store()
        .write(move |tx| {
            if store::saved_views::forget(tx, staff, id)? {
                return Ok(());
            }
            Err(Reason::NoSuchView.into())
        })
        .await
}
