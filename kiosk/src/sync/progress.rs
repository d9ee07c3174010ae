//! How the case of a receipt stands: asked when somebody typed its number, answered in any case.

use std::sync::Arc;
use std::time::Duration;

use kiosk_wire::kiosk_api::{ProgressAnswer, ProgressQuery};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Context, News};

/// Somebody stands there and waits: less than the ten seconds after which the screen gives up.
const PATIENCE: Duration = Duration::from_secs(8);

/// A question and its number.
pub(super) type Question = (u64, ProgressQuery);

/// Asks for ever, the newest question only: whoever asked before has left.
pub(super) async fn run(context: &Arc<Context>, mut questions: UnboundedReceiver<Question>) {
    while let Some(mut question) = questions.recv().await {
        while let Ok(newer) = questions.try_recv() {
            question = newer;
        }
        let (ask, query) = question;
        let asked =
            tokio::time::timeout(PATIENCE, context.client.post::<_, ProgressAnswer>("/kiosk/v1/progress", &query));
        let answer = match asked.await {
            Ok(Ok(answer)) => Ok(Box::new(answer)),
            Ok(Err(error)) => {
                tracing::debug!(%error, "nobody says how the case of a receipt stands");
                Err(error.code())
            }
            Err(_) => Err(None),
        };
        context.tell(News::Progress { ask, answer });
    }
    std::future::pending::<()>().await;
}
