//! What the log says of an operation.

use std::time::Instant;

use kompox_provider::Result;

/// Characters of an error that the log keeps: it is there to find the operation, and the caller has the whole error.
const ERROR_LENGTH: usize = 32;

/// Runs an operation and logs its start and its end at INFO, as `AKS:<method>/S` and `AKS:<method>/EOK` or
/// `AKS:<method>/EFAIL`, each with the attribute `driver=AKS.<method>`.
///
/// Spec: §5.1.
pub(crate) async fn logged<T>(
    method: &str,
    operation: impl Future<Output = Result<T>>,
) -> Result<T> {
    let driver = format!("AKS.{method}");
    tracing::info!(driver, "AKS:{method}/S");
    let started = Instant::now();
    let result = operation.await;
    let elapsed = started.elapsed().as_secs_f64();
    match &result {
        Ok(_) => tracing::info!(driver, elapsed, "AKS:{method}/EOK"),
        Err(error) => {
            let err: String = error.to_string().chars().take(ERROR_LENGTH).collect();
            tracing::info!(driver, elapsed, err, "AKS:{method}/EFAIL");
        }
    }
    result
}
