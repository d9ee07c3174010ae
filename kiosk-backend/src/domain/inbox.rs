//! The inbox: pages of a view, counts, search, and each person's own saved views.

use hall_rules::Right;
use kiosk_wire::Code;
use rusqlite::Connection;

use super::joint;
use super::queries::{Look, PAGE, inbox_rows};
use super::views::{Actor, Counts, Filter, Inbox, InboxRow};
use crate::app::App;
use crate::keys::Keys;
use crate::problem::Refusal;
pub use crate::store::cases::Only;
use crate::store::cases::{Listing, View, Wanted};
pub use crate::store::saved_views::SavedView;
use crate::store::seal::IndexOf;
use crate::store::{self, StoreError};

/// How many views one person keeps.
const MOST_VIEWS: usize = 12;
/// Longest name of a saved view, in characters.
const LONGEST_NAME: usize = 20;

fn listing(look: &Look, view: View, only: Only) -> Listing {
    let (reader, windows) = (look.actor.staff.id, look.actor.windows());
    Listing { reader, windows, view, only, now_ms: look.now_ms, today: look.today() }
}

/// One page of a view of the inbox.
pub async fn page(app: &App, actor: &Actor, filter: Filter, only: Only, after: Option<u32>) -> Result<Inbox, Refusal> {
    let look = Look::new(app, actor);
    let offset = after.unwrap_or(0);
    Ok(app
        .store()
        .read(move |connection| {
            let mut rows = store::cases::list(connection, &listing(&look, view_of(filter), only), offset, PAGE + 1)?;
            let more = rows.len() > PAGE as usize;
            rows.truncate(PAGE as usize);
            let rows = inbox_rows(connection, &look, rows)?;
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
pub async fn counts(app: &App, actor: &Actor) -> Result<Counts, Refusal> {
    let look = Look::new(app, actor);
    Ok(app
        .store()
        .read(move |connection| {
            let count = |view| store::cases::count(connection, &listing(&look, view, Only::default()));
            Ok::<_, StoreError>(Counts {
                new: count(View::New)?,
                work: count(View::Work)?,
                joint: joint::count_waiting(connection, &look.actor)?,
                waiting: count(View::Waiting)?,
                mine: count(View::Mine)?,
                attention: count(View::Attention)?,
                all: count(View::All)?,
                unread: count(View::Unread)?,
                set_aside: if look.actor.may(Right::SettleEntries) {
                    store::journal::count_set_aside(connection)?
                } else {
                    0
                },
                callbacks: if look.actor.may(Right::Supervise) { store::ratings::count_open(connection)? } else { 0 },
                uncollected: if look.actor.may(Right::HandleBoxes) {
                    let over = store::uncollected::windows_over(connection, &look.today().to_string())?;
                    u32::try_from(over.iter().filter(|window| look.actor.sees(**window)).count()).unwrap_or(u32::MAX)
                } else {
                    0
                },
                late: if look.actor.may(Right::Supervise) { store::escalations::count(connection)? } else { 0 },
            })
        })
        .await?)
}

/// How many deposits are news to the asker: for titles that are renewed at each event.
pub async fn unread(app: &App, actor: &Actor) -> Result<u32, Refusal> {
    let look = Look::new(app, actor);
    let count =
        move |connection: &Connection| store::cases::count(connection, &listing(&look, View::Unread, Only::default()));
    Ok(app.store().read(count).await?)
}

/// Cases by receipt number, by the last four of the document number, by full name or its initials, or by phone. Only
/// those the asker may see.
pub async fn search(app: &App, actor: &Actor, text: &str) -> Result<Vec<InboxRow>, Refusal> {
    let look = Look::new(app, actor);
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(app
        .store()
        .read(move |connection| {
            let mut found = Vec::new();
            for wanted in wanted(&look.keys, &text) {
                let windows = look.actor.windows();
                found.extend(store::cases::search(connection, look.actor.staff.id, windows.as_deref(), &wanted, PAGE)?);
            }
            found.sort_by_key(|row| row.id);
            found.dedup_by_key(|row| row.id);
            found.sort_by_key(|row| std::cmp::Reverse(row.changed_ms));
            inbox_rows(connection, &look, found)
        })
        .await?)
}

fn wanted(keys: &Keys, text: &str) -> Vec<Wanted> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let mut wanted = Vec::new();
    // A scanner at the window types what the receipt's code holds: the number, or a link to its public page.
    let number = compact.rsplit_once("/p/").map_or(compact.as_str(), |(_, number)| number);
    if let Ok(receipt) = hall_rules::ReceiptNumber::parse(number) {
        wanted.push(Wanted::Receipt(receipt.as_str().to_owned()));
    }
    let index = |of, value: &str| keys.sealer.index(of, value);
    wanted.push(Wanted::Name(index(IndexOf::Name, text)));
    wanted.push(Wanted::LastFour(index(IndexOf::LastFour, &compact)));
    wanted.push(Wanted::Phone(index(IndexOf::Phone, &compact)));
    wanted.extend(hall_rules::initials::typed(text).map(|typed| Wanted::Initials(index(IndexOf::Initials, &typed))));
    wanted
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
pub async fn choices(app: &App, actor: &Actor) -> Result<Choices, Refusal> {
    let (staff, windows) = (actor.staff.id, actor.windows());
    Ok(app
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
pub async fn save_view(app: &App, actor: &Actor, name: &str, query: String) -> Result<(), Refusal> {
    let (name, staff) = (name.trim().to_owned(), actor.staff.id);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let title = format!("A view's name has 1 to {LONGEST_NAME} characters");
        return Err(Refusal::new(Code::InvalidValue, title, "Give it a short name").field("view"));
    }
    app.store()
        .write(move |tx| {
            let known = store::saved_views::of(tx, staff)?;
            if known.len() >= MOST_VIEWS && known.iter().all(|view| view.name != name) {
                let title = format!("You keep {MOST_VIEWS} views already");
                return Err(Refusal::new(Code::InvalidValue, title, "Forget one first").field("view"));
            }
            Ok(store::saved_views::save(tx, staff, &name, &query)?)
        })
        .await
}

/// Forgets one of the actor's views.
pub async fn forget_view(app: &App, actor: &Actor, id: i64) -> Result<(), Refusal> {
    let staff = actor.staff.id;
    app.store()
        .write(move |tx| {
            if store::saved_views::forget(tx, staff, id)? {
                return Ok(());
            }
            Err(Refusal::new(Code::NotFound, "You have no such view", "Load the page again"))
        })
        .await
}
