//! Waiting for AKS.

use std::collections::BTreeSet;
use std::time::Duration;

use kompox_azure::Error;
use kompox_provider::Progress;
use kompox_provider::deadline::Stage;

/// The first wait. Changing labels or limits takes AKS some seconds.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait. Making a pool, or AKS's own work after making a cluster, takes minutes.
const LONGEST: Duration = Duration::from_secs(30);

/// Waits again and again, each time half as long again, and says what for.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    stage: &'a Stage,
    progress: &'a dyn Progress,
    next: Duration,
    told: BTreeSet<String>,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(stage: &'a Stage, progress: &'a dyn Progress) -> Self {
        Self {
            stage,
            progress,
            next: FIRST,
            told: BTreeSet::new(),
        }
    }

    /// Says what is being done; repeating it after a wait is no news.
    pub(crate) fn begin(&mut self, doing: &str) {
        self.stage.reached(format!(
            "Azure is still {doing}; run it again to go on waiting"
        ));
        self.tell(doing.to_owned());
    }

    /// Waits because of `reason`: a sentence such as `node pool "np1" is being deleted`.
    pub(crate) async fn wait(&mut self, reason: &str) {
        self.stage.reached(format!(
            "it was still waiting because {reason}; run it again to go on waiting"
        ));
        self.tell(format!("waiting: {reason}"));
        let pause = self.next;
        self.next = (pause * 3 / 2).min(LONGEST);
        tracing::info!(reason, seconds = pause.as_secs_f32(), "waiting for AKS");
        tokio::time::sleep(pause).await;
    }

    fn tell(&mut self, text: String) {
        if !self.told.contains(&text) {
            self.progress.step(&text);
            self.told.insert(text);
        }
    }
}

/// What AKS is busy with, in its own words, when that is why it refused.
///
/// The code alone does not tell: removing the last pool of a cluster, a stopped cluster and an exhausted quota
/// are also operations that are not allowed, and they stay so.
///
/// Source: <https://aka.ms/aks-pending-operation>
pub(crate) fn busy(error: &Error) -> Option<String> {
    const LASTING: [&str; 4] = ["at least one", "quota", "stopped", "deallocated"];
    let failure = match error {
        Error::Refused(failure) if error.status() == Some(409) => failure,
        _ => return None,
    };
    let texts: Vec<_> = std::iter::once(failure.as_ref())
        .chain(failure.causes())
        .map(|failure| failure.message.to_ascii_lowercase())
        .collect();
    let lasts = LASTING
        .iter()
        .any(|words| texts.iter().any(|text| text.contains(words)));
    (failure.has_code("OperationNotAllowed") && !lasts)
        .then(|| format!("AKS is busy: {}", failure.message.trim_end_matches('.')))
}
