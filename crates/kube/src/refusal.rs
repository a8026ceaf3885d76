//! What an API server says when it refuses, in the words of this port: the same for a real one and for the twin.

use kompox_model::failure::Failure;

use crate::{Error, FieldConflict, ObjectRef};

/// An API server's refusal.
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>
#[derive(Debug, Default)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) code: u16,
    /// The word for it (`NotFound`).
    pub(crate) reason: String,
    /// The sentence for it.
    pub(crate) message: String,
    /// The reasons behind it.
    pub(crate) causes: Vec<Cause>,
}

/// One reason behind a refusal.
#[derive(Debug, Default)]
pub(crate) struct Cause {
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) field: String,
}

/// The reason of a cause that is a conflict between field managers.
pub(crate) const FIELD_MANAGER_CONFLICT: &str = "FieldManagerConflict";

impl Refusal {
    /// The error, once it is known what was asked for.
    pub(crate) fn about(self, object: &ObjectRef) -> Error {
        let conflicts: Vec<_> = self
            .causes
            .iter()
            .filter(|cause| cause.reason == FIELD_MANAGER_CONFLICT)
            .map(|cause| FieldConflict {
                field: cause.field.clone(),
                manager: manager(&cause.message),
            })
            .collect();
        let way_out = self.way_out(object, !conflicts.is_empty());
        // The sentence for several causes repeats them all.
        let sentence = if self.causes.is_empty() {
            shorten(self.message.trim())
        } else if conflicts.is_empty() {
            "it is not valid".to_owned()
        } else {
            "others own fields of it and gave them other values".to_owned()
        };
        let failure = Failure {
            status: Some(self.code),
            code: self.reason,
            message: format!("{object}: {sentence}{way_out}"),
            details: self
                .causes
                .into_iter()
                .map(|cause| Failure {
                    code: cause.reason,
                    message: shorten(&cause.message),
                    target: Some(cause.field).filter(|field| !field.is_empty()),
                    ..Failure::default()
                })
                .collect(),
            ..Failure::default()
        };
        let failure = Box::new(failure);
        if conflicts.is_empty() {
            return Error::Refused(failure);
        }
        Error::FieldConflict {
            object: Box::new(object.clone()),
            conflicts,
            failure,
        }
    }

    fn way_out(&self, object: &ObjectRef, fields: bool) -> String {
        match self.code {
            401 => ". The API server does not accept the credentials of the kubeconfig, which have expired or were \
                    rotated: fetch the kubeconfig again"
                .to_owned(),
            403 => ". The identity of the kubeconfig may not do this: use the administrator's kubeconfig, or grant \
                    it the permission"
                .to_owned(),
            404 if self.message.starts_with("namespaces ") => {
                ". Create the namespace first".to_owned()
            }
            404 if self.message.contains("could not find the requested resource")
                || self.reason.is_empty() =>
            {
                format!(
                    ". The cluster does not know {} of {}: enable the add-on or install the definitions that bring it",
                    object.kind, object.api_version
                )
            }
            409 if fields => ". Delete the object, or take the fields over with `kubectl apply --server-side \
                              --force-conflicts --field-manager kompoxops`, and try again"
                .to_owned(),
            _ => String::new(),
        }
    }
}

/// The name in `conflict with "kubectl" using v1: .data.a`.
fn manager(message: &str) -> String {
    message.split('"').nth(1).unwrap_or_default().to_owned()
}

/// A proxy's HTML page is not worth more than its beginning.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(500) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kompox_model::failure::{Classify, FailureKind};

    use super::*;

    fn object() -> ObjectRef {
        ObjectRef::namespaced("v1", "ConfigMap", "web", "settings")
    }

    #[test]
    fn a_conflict_names_every_field_and_its_owner_and_the_way_out() {
        let refusal = Refusal {
            code: 409,
            reason: "Conflict".to_owned(),
            message: "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using v1: .data.colour".to_owned(),
            causes: vec![Cause {
                reason: FIELD_MANAGER_CONFLICT.to_owned(),
                message: "conflict with \"kubectl-edit\" using v1".to_owned(),
                field: ".data.colour".to_owned(),
            }],
        };
        let error = refusal.about(&object());
        assert_eq!(error.kind(), FailureKind::Conflict);
        let text = error.to_string();
        for part in [
            "\"settings\"",
            "kubectl-edit",
            ".data.colour",
            "--force-conflicts",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let Error::FieldConflict { conflicts, .. } = error else {
            panic!("{text}")
        };
        assert_eq!(
            conflicts,
            [FieldConflict {
                field: ".data.colour".to_owned(),
                manager: "kubectl-edit".to_owned()
            }]
        );
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (code, reason, message, hint) in [
            (
                401,
                "Unauthorized",
                "Unauthorized",
                "fetch the kubeconfig again",
            ),
            (
                403,
                "Forbidden",
                "configmaps is forbidden: User \"u\" cannot get",
                "administrator's kubeconfig",
            ),
            (
                404,
                "NotFound",
                "namespaces \"web\" not found",
                "Create the namespace first",
            ),
            (
                404,
                "NotFound",
                "the server could not find the requested resource",
                "enable the add-on",
            ),
        ] {
            let refusal = Refusal {
                code,
                reason: reason.to_owned(),
                message: message.to_owned(),
                causes: Vec::new(),
            };
            let text = refusal.about(&object()).to_string();
            assert!(text.contains(hint) && text.contains(message), "{text}");
        }
    }
}
