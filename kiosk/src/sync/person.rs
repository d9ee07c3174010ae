//! Where the cases of the person at the screen stand: asked when a card is read, answered at once or not at all.

use std::sync::Arc;
use std::time::Duration;

use kiosk_wire::SubmissionId;
use kiosk_wire::kiosk_api::{PersonAnswer, PersonQuery};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Context, News};

/// An answer that takes longer comes too late to be of use: the visit goes on without it.
const PATIENCE: Duration = Duration::from_secs(3);

/// A visit, and whose.
pub(super) type Question = (SubmissionId, PersonQuery);

/// Asks for ever, the newest question only: a former visit is over.
pub(super) async fn run(context: &Arc<Context>, mut questions: UnboundedReceiver<Question>) {
    while let Some(mut question) = questions.recv().await {
        while let Ok(newer) = questions.try_recv() {
            question = newer;
        }
        let (visit, query) = question;
        let asked = tokio::time::timeout(PATIENCE, context.client.post::<_, PersonAnswer>("/kiosk/v1/person", &query));
        match asked.await {
            Ok(Ok(answer)) => context.tell(News::Person { visit, answer }),
            // Whether the backend can be reached is for the tasks that ask all the time.
            Ok(Err(error)) => tracing::debug!(%error, "nobody says how cases stand"),
            Err(_) => tracing::debug!("nobody says in time how cases stand"),
        }
    }
    std::future::pending::<()>().await;
}
