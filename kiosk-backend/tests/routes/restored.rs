//! The backend is put back from a backup.

use hall_domain::boxes::collection;
use hall_domain::terminals::enrolment;
use hall_rules::Role;
use hall_store::{DATABASE, meta};
use kiosk_wire::kiosk_api::{DirectivesAnswer, JournalAnswer};

use test_hall::Hall;

#[tokio::test]
async fn a_restored_backup_loses_and_doubles_nothing_and_voids_what_was_asked() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    collection::collect(&hall.app, &clerk, case, None, false).await.unwrap();
    let backup = hall.folder().join("backup.db");
    let to = backup.clone();
    hall.blocking(move |app| {
        app.store().read_blocking(|connection| meta::backup(connection, &to)).unwrap();
    })
    .await;
    // Life goes on: more deposits arrive, within the same second.
    terminal.deposit(8);
    hall.sync(&terminal).await;

    let (hall, _) = put_back(hall, &backup, true).await;

    let asked: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!((asked.generation, asked.next), (2, 5));
    hall.sync(&terminal).await;
    assert_eq!((hall.count("cases"), hall.count("cases WHERE state = 'deposited'")), (2, 2));
    let token = terminal.token(hall.clock.now_ms());
    let told: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    assert!(told.directives.is_empty() && told.generation == 2);
    // The claim went with the directive.
    collection::collect(&hall.app, &clerk, case, None, false).await.unwrap();
    // Started again, it is the same generation.
    let hall = hall.restart().await;
    let asked: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!(asked.generation, 2);
}

/// Puts a copy back in place of a hall's database and starts again; returns the generation.
async fn put_back(hall: Hall, copy: &std::path::Path, with_marker: bool) -> (Hall, u64) {
    let closed = hall.close();
    let data = closed.data();
    for name in [format!("{DATABASE}-wal"), format!("{DATABASE}-shm")] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::copy(copy, data.join(DATABASE)).unwrap();
    if !with_marker {
        std::fs::remove_file(data.join("generation-marker")).unwrap();
    }
    let hall = tokio::task::spawn_blocking(|| closed.open()).await.unwrap();
    let counted = |connection: &hall_store::Connection| meta::counter(connection, meta::GENERATION);
    let generation = hall.app.store().read_blocking(counted).unwrap();
    (hall, generation)
}

#[tokio::test]
async fn whatever_was_copied_a_moment_ago_begins_a_generation_when_it_is_put_back() {
    // A copy by `backup`, nothing written since; then the same on a machine that has no marker.
    let hall = Hall::new().await;
    let copy = hall.folder().join("copy.db");
    let to = copy.clone();
    hall.blocking(move |app| app.store().read_blocking(|connection| meta::backup(connection, &to)).unwrap()).await;
    let (hall, generation) = put_back(hall, &copy, true).await;
    assert_eq!(generation, 2);
    let (hall, generation) = put_back(hall, &copy, false).await;
    assert_eq!(generation, 2, "begun anew from the first");
    let hall = hall.restart().await;
    let counted = |connection: &hall_store::Connection| meta::counter(connection, meta::GENERATION);
    assert_eq!(hall.app.store().read_blocking(counted).unwrap(), 2, "and once only");
    // The files of the database as they lie there, one commit ago: what a snapshot of the disk holds.
    let hall = hall.restart().await;
    let snapshot = hall.folder().join("snapshot.db");
    hall.blocking(|app| enrolment::add(app, "东侧").unwrap()).await;
    let from = rusqlite::Connection::open(hall.data().join(DATABASE)).unwrap();
    from.execute("VACUUM INTO $1", [snapshot.to_str().unwrap()]).unwrap();
    drop(from);
    hall.blocking(|app| enrolment::add(app, "西侧").unwrap()).await;
    let (_, generation) = put_back(hall, &snapshot, true).await;
    assert_eq!(generation, 3);
}
