//! The backend is put back from a backup.

use hall_rules::Role;
use kiosk_backend::domain::commands;
use kiosk_backend::store::DATABASE;
use kiosk_wire::kiosk_api::{DirectivesAnswer, JournalAnswer};

use crate::hall::Hall;

#[tokio::test]
async fn a_restored_backup_loses_and_doubles_nothing_and_voids_what_was_asked() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "文旅窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    commands::collect(&hall.app, &clerk, case, None, false).await.unwrap();
    let backup = hall.dir.path().join("backup.db");
    let to = backup.clone();
    hall.blocking(move |app| {
        app.store().read_blocking(|connection| kiosk_backend::store::meta::backup(connection, &to)).unwrap();
    })
    .await;
    // Life goes on: more deposits arrive, and the marker is written again.
    terminal.deposit(8);
    hall.sync(&terminal).await;
    let marker = hall.dir.path().join("data/generation-marker");
    let count = std::fs::read_to_string(&marker).unwrap().trim().parse::<u64>().unwrap();
    std::fs::write(&marker, (count + 1).to_string()).unwrap();

    let Hall { app, clock, dir, extra } = hall;
    drop(app);
    let data = dir.path().join("data");
    for name in [format!("{DATABASE}-wal"), format!("{DATABASE}-shm")] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::copy(&backup, data.join(DATABASE)).unwrap();
    let config = format!("data_dir = {data:?}\nhall = \"测试大厅\"\n{extra}");
    let config = kiosk_backend::config::Config::parse("backend.toml", &config).unwrap();
    let turned = clock.clone();
    let app =
        tokio::task::spawn_blocking(move || kiosk_backend::app::App::open(config, turned).unwrap()).await.unwrap();
    let hall = Hall { app, clock, dir, extra };

    let asked: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!((asked.generation, asked.next), (2, 5));
    hall.sync(&terminal).await;
    assert_eq!((hall.count("cases"), hall.count("cases WHERE state = 'deposited'")), (2, 2));
    let token = terminal.token(hall.clock.now_ms());
    let told: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    assert!(told.directives.is_empty() && told.generation == 2);
    // The claim went with the directive.
    commands::collect(&hall.app, &clerk, case, None, false).await.unwrap();
    // Started again, it is the same generation.
    let hall = hall.restart().await;
    let asked: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!(asked.generation, 2);
}
