//! The disk is full; a piece of work fails or panics beside others.

use hall_store::{StoreError, StoreResult, Tx, meta};
use kiosk_wire::Code;

use test_hall::{Hall, Left};

/// Lets the database grow by so many pages and no more.
async fn leave_pages(hall: &Hall, pages: i64) {
    hall.app.store().write(move |tx: &mut Tx<'_>| tx.leave_pages(pages)).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_lost_or_halved() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("the disk is full or failing"));
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(1);
    hall.sync(&terminal).await;
    leave_pages(&hall, 4).await;
    let mut refused = None;
    for no in 2..400 {
        terminal.deposit(no);
        let answer = hall.push(&terminal, &terminal.entries[usize::from(no - 1) * 3 + 1..]).await;
        if !answer.status.is_success() {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the disk was never full");
    assert_eq!(refused.problem().code, Code::StoreUnavailable);
    assert!(refused.headers.contains_key("retry-after"));
    let (cases, entries) = (hall.count("cases"), hall.count("entries"));
    assert_eq!(entries, cases * 3 + 1, "no submission is half there");
    leave_pages(&hall, 100_000).await;
    hall.sync(&terminal).await;
    assert_eq!(hall.count("cases WHERE state = 'deposited'"), cases + 1);
}

#[tokio::test]
async fn a_piece_that_fails_or_panics_undoes_itself_alone() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("on purpose"));
    let store = hall.app.store();
    let set = |name: &'static str| move |tx: &mut Tx<'_>| meta::set_text(tx, name, "x");
    let fails = |tx: &mut Tx<'_>| -> StoreResult<()> {
        meta::set_text(tx, "half", "x")?;
        Err(StoreError::Corrupt("on purpose".into()))
    };
    let panics = |tx: &mut Tx<'_>| -> StoreResult<()> {
        meta::set_text(tx, "half", "x")?;
        panic!("on purpose")
    };
    let (one, failed, panicked, two) =
        tokio::join!(store.write(set("one")), store.write(fails), store.write(panics), store.write(set("two")));
    assert!(one.is_ok() && two.is_ok() && failed.is_err() && panicked.is_err());
    assert_eq!(hall.count("texts WHERE name IN ('one', 'two')"), 2);
    assert_eq!(hall.count("texts WHERE name = 'half'"), 0);
}
