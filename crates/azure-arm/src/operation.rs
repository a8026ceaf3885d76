//! Long-running operations.
//!
//! Azure answers a write before it is done, in one of three styles: `Azure-AsyncOperation` names a status
//! document, `Location` alone a URL that answers 202 until the end, and without either the resource itself tells by
//! its `provisioningState`. Polling URLs are signed and are used as they came; every poll may hand out a newer one.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>

use azure_core::http::headers::HeaderName;
use azure_core::http::{Method, Url};
use kompox_azure::{Error, ProvisioningState, ResourceId, Result, parse_failure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Answer, Call, Client};
use crate::poll::Look;

const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");
const LOCATION: HeaderName = HeaderName::from_static("location");

/// How the end of an operation is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// By a status document.
    Status,
    /// By a URL that answers 202 until then.
    Location,
    /// By the state of the resource.
    Resource,
}

/// How an operation ended.
enum End {
    /// With this answer, which is the resource.
    With(Answer),
    /// Well; the resource is yet to be read.
    Well,
    /// Nothing is there, or no longer.
    Absent,
}

impl Client {
    /// Puts a resource, waits for the end and reads what has become of it.
    pub(crate) async fn put<T: DeserializeOwned>(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let call = Call::with_body(Method::Put, self.url(id, &[], api_version), body)?;
        let answer = self.send(&call).await?;
        if !answer.is_success() {
            return Err(answer.refusal());
        }
        let resource = self.finish(&call, answer).await?;
        resource.ok_or_else(|| call.malformed("the resource was gone when the operation had ended"))
    }

    /// Patches a resource, waits for the end and reads what has become of it; `None` when there is none.
    pub(crate) async fn patch<T: DeserializeOwned>(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &impl Serialize,
    ) -> Result<Option<T>> {
        let call = Call::with_body(Method::Patch, self.url(id, &[], api_version), body)?;
        match self.ask(&call).await? {
            Some(answer) => self.finish(&call, answer).await,
            None => Ok(None),
        }
    }

    /// Patches a resource that must be there and waits for the end.
    pub(crate) async fn patch_existing(
        &self,
        id: &ResourceId,
        api_version: &str,
        body: &impl Serialize,
    ) -> Result<()> {
        let call = Call::with_body(Method::Patch, self.url(id, &[], api_version), body)?;
        let answer = self.send(&call).await?;
        if !answer.is_success() {
            return Err(answer.refusal());
        }
        self.end(&call, answer).await.map(drop)
    }

    /// Deletes a resource and waits for the end. Does nothing when there is none.
    pub(crate) async fn delete(&self, id: &ResourceId, api_version: &str) -> Result<()> {
        self.act(&Call::new(Method::Delete, self.url(id, &[], api_version)))
            .await
    }

    /// Makes a call that yields nothing and waits for the end. Does nothing when what it acts on is not there.
    pub(crate) async fn act(&self, call: &Call) -> Result<()> {
        if let Some(answer) = self.ask(call).await? {
            self.end(call, answer).await?;
        }
        Ok(())
    }

    /// Waits and reads the resource.
    async fn finish<T: DeserializeOwned>(&self, call: &Call, first: Answer) -> Result<Option<T>> {
        let answer = match self.end(call, first).await? {
            End::With(answer) => answer,
            End::Absent => return Ok(None),
            End::Well => match self.ask(&Call::get(call.url.clone())).await? {
                Some(answer) => answer,
                None => return Ok(None),
            },
        };
        answer.json(call).map(Some)
    }

    /// Waits for the end of what a call has begun.
    async fn end(&self, call: &Call, first: Answer) -> Result<End> {
        let request_id = first.request_id();
        let Some((mut style, url)) = self.begin(call, &first)? else {
            return Ok(if first.body.is_empty() {
                End::Well
            } else {
                End::With(first)
            });
        };
        let wait = first.retry_after();
        self.poll(call, url, wait, |poll, answer| {
            let gone = answer.is_absence();
            if !answer.is_success() && !gone {
                return Err(answer.refusal());
            }
            if gone
                && style != Style::Resource
                && matches!(call.method, Method::Put | Method::Patch | Method::Delete)
            {
                // The status is gone, or not yet there, which says nothing of the resource; that knows as well.
                style = Style::Resource;
                return Ok(Look::Again {
                    url: call.url.clone(),
                    state: "unknown".to_owned(),
                });
            }
            if gone {
                return Ok(Look::Ended(End::Absent));
            }
            let state = match style {
                Style::Status => {
                    if answer.status == 204 {
                        return Ok(Look::Ended(End::Well));
                    }
                    status(&answer)
                        .ok_or_else(|| poll.malformed("an operation without a status"))?
                }
                // A URL of this style answers with the status of the operation, and may add a document.
                Style::Location => match status(&answer) {
                    Some(state) if state.is_terminal() => state,
                    Some(state) if answer.status == 202 => state,
                    None if answer.status == 202 => {
                        ProvisioningState::Running("Accepted".to_owned())
                    }
                    _ => ProvisioningState::Succeeded,
                },
                Style::Resource => match provisioning_state(&answer) {
                    // What is there is not deleted, however well it is.
                    None | Some(ProvisioningState::Succeeded) if call.method == Method::Delete => {
                        ProvisioningState::Running("still there".to_owned())
                    }
                    state => state.unwrap_or(ProvisioningState::Succeeded),
                },
            };
            match state {
                ProvisioningState::Running(state) => {
                    let header = match style {
                        Style::Status => Some(&ASYNC_OPERATION),
                        Style::Location => Some(&LOCATION),
                        Style::Resource => None,
                    };
                    let newer = header.and_then(|name| answer.headers.get_optional_str(name));
                    let url = match newer {
                        Some(link) => self.own_url(poll, "the next polling URL", link)?,
                        None => poll.url.clone(),
                    };
                    Ok(Look::Again { url, state })
                }
                ProvisioningState::Succeeded => Ok(Look::Ended(match style {
                    Style::Resource => End::With(answer),
                    Style::Status | Style::Location => End::Well,
                })),
                ended => Err(unsuccessful(&answer, &ended, request_id.clone())),
            }
        })
        .await
    }

    /// How to see the end, judged by the first answer; `None` when that was the end.
    fn begin(&self, call: &Call, first: &Answer) -> Result<Option<(Style, Url)>> {
        if let Some(link) = first.headers.get_optional_str(&ASYNC_OPERATION) {
            let url = self.own_url(call, "Azure-AsyncOperation", link)?;
            return Ok(Some((Style::Status, url)));
        }
        // With any other status it is the address of what was made.
        if first.status == 202
            && let Some(link) = first.headers.get_optional_str(&LOCATION)
        {
            let url = self.own_url(call, "Location", link)?;
            return Ok(Some((Style::Location, url)));
        }
        let goes_on = match call.method {
            Method::Put | Method::Patch => match provisioning_state(first) {
                Some(ProvisioningState::Running(_)) => true,
                Some(ProvisioningState::Succeeded) => false,
                Some(ended) => return Err(unsuccessful(first, &ended, first.request_id())),
                None => first.status == 202,
            },
            Method::Delete => first.status == 202,
            _ => false,
        };
        Ok(goes_on.then(|| (Style::Resource, call.url.clone())))
    }
}

/// The `status` of a status document, whose `error` says nothing: AKS leaves it beside `Succeeded`.
fn status(answer: &Answer) -> Option<ProvisioningState> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let status = body.get("status")?.as_str()?;
    Some(ProvisioningState::from(status.to_owned()))
}

/// The `provisioningState` of a resource.
fn provisioning_state(answer: &Answer) -> Option<ProvisioningState> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let state = body.get("properties")?.get("provisioningState")?.as_str()?;
    Some(ProvisioningState::from(state.to_owned()))
}

/// An operation that ended in `Failed` or `Canceled`. It has no HTTP status: the poll that told it succeeded.
fn unsuccessful(answer: &Answer, state: &ProvisioningState, request_id: Option<String>) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let error = [body.get("error"), body.pointer("/properties/error")]
        .into_iter()
        .flatten()
        .find(|error| error.is_object());
    let mut failure = error
        .map(|error| parse_failure(error.to_string().as_bytes()))
        .unwrap_or_default();
    if failure.message.is_empty() && failure.details.is_empty() {
        failure.message = format!("the operation ended as {state}");
    }
    failure.request_id = request_id.or_else(|| answer.request_id());
    Error::Refused(Box::new(failure))
}
