//! Reading a kubeconfig.

use kube::config::{Kubeconfig, KubeconfigError};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result};

/// Reads a kubeconfig that stands for itself.
pub(super) fn parse(kubeconfig: &SecretString) -> Result<Kubeconfig> {
    let config =
        Kubeconfig::from_yaml(kubeconfig.expose_secret()).map_err(|error| unusable(&error))?;
    if let Some((field, path)) = file(&config) {
        return Err(Error::Kubeconfig(format!(
            "its {field} is the file {path:?}, but only the kubeconfig itself is used: put the content into it \
             (`kubectl config view --raw --flatten --minify`)"
        )));
    }
    Ok(config)
}

/// A file that the current context needs besides.
fn file(config: &Kubeconfig) -> Option<(&'static str, String)> {
    let name = config.current_context.as_ref()?;
    let context = config
        .contexts
        .iter()
        .find(|context| context.name == *name)?
        .context
        .as_ref()?;
    let cluster = config
        .clusters
        .iter()
        .find(|cluster| cluster.name == context.cluster)
        .and_then(|cluster| cluster.cluster.as_ref());
    let user = config
        .auth_infos
        .iter()
        .find(|user| Some(&user.name) == context.user.as_ref())
        .and_then(|user| user.auth_info.as_ref());
    [
        (
            "certificate-authority",
            cluster.and_then(|cluster| cluster.certificate_authority.as_ref()),
        ),
        (
            "client-certificate",
            user.and_then(|user| user.client_certificate.as_ref()),
        ),
        ("client-key", user.and_then(|user| user.client_key.as_ref())),
        ("tokenFile", user.and_then(|user| user.token_file.as_ref())),
    ]
    .into_iter()
    .find_map(|(field, path)| Some((field, path?.clone())))
}

/// Why a kubeconfig cannot be used. A YAML error shows the lines around it, so only its place is told.
pub(super) fn unusable(error: &KubeconfigError) -> Error {
    Error::Kubeconfig(match error {
        KubeconfigError::Parse(error) => match error.location() {
            Some(place) => format!(
                "it is no YAML of a kubeconfig: something is wrong at line {}, column {}",
                place.line(),
                place.column()
            ),
            None => "it is no YAML of a kubeconfig".to_owned(),
        },
        error => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse(&text.to_owned().into())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_wrong_with_the_yaml_is_told_without_showing_it() {
        let text = message("users:\n- name: u\n  user:\n    token: [hunter2, \"s3cr3t\n");
        assert!(text.contains("line"), "{text}");
        let text = text + &message("users: {token: hunter2}\n") + &message("hunter2");
        assert!(
            !text.contains("hunter2") && !text.contains("s3cr3t"),
            "{text}"
        );
    }

    #[test]
    fn files_that_the_current_context_needs_are_refused_with_the_way_out() {
        let config = |user: &str| {
            format!(
                "clusters:\n- name: c\n  cluster: {{server: 'https://c'}}\ncontexts:\n- name: x\n  context: {{cluster: c, \
                 user: u}}\ncurrent-context: x\nusers:\n- name: u\n  user: {user}\n- name: other\n  user: {{client-key: k.pem}}\n"
            )
        };
        let text = message(&config("{client-key: /home/me/key.pem}"));
        assert!(
            text.contains("client-key") && text.contains("--flatten"),
            "{text}"
        );
        assert!(
            parse(&config("{token: t}").into()).is_ok(),
            "users of other contexts do not matter"
        );
    }
}
