//! How long the server takes for the inbox's page with many cases in the store, beside the same page with few. One case
//! in twenty is open, all of one window.

use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hall_domain::people::sign_in;
use kiosk_wire::Personal;
use test_hall::{Office, PASSWORD};
use tower::ServiceExt as _;

use super::{FEW, MANY, Result, ms};

/// One in so many is open.
const OPEN: u32 = 20;
const ASKED: usize = 300;

#[expect(clippy::print_stdout, reason = "it is what the figures are for")]
pub(crate) fn print(few: &Office, many: &Office) -> Result<()> {
    let (few, many) = (figures(few)?, figures(many)?);
    println!("inbox page, server time          {FEW:>12} cases {MANY:>12} cases");
    for (name, place, reach) in [("median", ASKED / 2, ""), ("p99", ASKED * 99 / 100, "   reach: <= 50 ms")] {
        println!("  {name:<30} {:>15.1} ms {:>15.1} ms{reach}", ms(few[place]), ms(many[place]));
    }
    Ok(())
}

/// The times of each request, shortest first.
fn figures(hall: &Office) -> Result<Vec<Duration>> {
    let rest = format!(
        "UPDATE cases SET state = 'archived', due_clock = NULL, due_date = NULL, soon_date = NULL
         WHERE rowid % {OPEN} <> 0"
    );
    hall.sqlite().execute(&rest, [])?;
    let runtime = &hall.runtime;
    let opened = runtime.block_on(sign_in::sign_in(
        &hall.app,
        &sign_in::Place::default(),
        "王敏",
        Personal::from(PASSWORD),
        None,
    ))?;
    let router = kiosk_backend::console::router(hall.app.clone());
    let mut times = Vec::with_capacity(ASKED);
    for _ in 0..ASKED {
        let request = Request::get("/inbox?show=new").header(header::COOKIE, format!("session={}", opened.token));
        let (request, router, began) = (request.body(Body::empty())?, router.clone(), Instant::now());
        let page = runtime.block_on(async {
            let answer = router.oneshot(request).await.map_err(|never| match never {})?;
            Ok::<_, Box<dyn std::error::Error>>(to_bytes(answer.into_body(), usize::MAX).await?)
        })?;
        times.push(began.elapsed());
        let rows = String::from_utf8_lossy(&page).matches("data-case=").count();
        if rows != 50 {
            return Err(format!("the page shows {rows} cases").into());
        }
    }
    times.sort();
    Ok(times)
}
