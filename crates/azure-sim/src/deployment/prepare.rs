//! From a request to a plan: everything that can be refused before anything is done.

use serde_json::{Map, Value, json};

use super::request::{Wanted, parameters};
use super::view;
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::World;
use crate::template::{Environment, Evaluator, Plan, Scope, Template, TemplateError};

/// A deployment that may start.
pub(super) struct Prepared {
    pub(super) template: Template,
    pub(super) parameters: Map<String, Value>,
    pub(super) environment: Environment,
    pub(super) plan: Plan,
}

/// The api version with which the engine itself reads resource groups.
const GROUPS: &str = "2021-04-01";

/// Nested deployments go no deeper in Azure either.
const DEPTH: usize = 8;

/// A template's mistake as an answer.
pub(super) fn refusal(error: &TemplateError) -> ArmError {
    let refused = ArmError::gateway(400, &error.code, &error.message);
    if error.code != "InvalidTemplate" {
        return refused;
    }
    // Positions are lost when a body has been read; Azure then says 0 too.
    refused.with_additional_info(vec![json!({
        "type": "TemplateViolation",
        "info": {"lineNumber": 0, "linePosition": 0, "path": error.path},
    })])
}

/// The group of the scope must be there.
pub(super) fn check_scope(world: &World, scope: &Scope) -> Result<(), ArmError> {
    match &scope.group {
        Some(group) if !world.exists(&ResourceId::for_group(&scope.subscription, group)) => {
            Err(ArmError::resource_group_not_found(group))
        }
        _ => Ok(()),
    }
}

/// Reads the template, binds its parameters and plans its resources.
pub(super) fn prepare(
    world: &World,
    wanted: &Wanted,
    seed: &str,
) -> Result<Prepared, TemplateError> {
    prepare_among(world, wanted, seed, &[])
}

/// The same where some resource groups do not exist yet but will.
fn prepare_among(
    world: &World,
    wanted: &Wanted,
    seed: &str,
    groups: &[Value],
) -> Result<Prepared, TemplateError> {
    let template = Template::parse(&wanted.template)?;
    let environment = environment(world, wanted, &template, seed, groups);
    let (bound, plan) = {
        let supplied = wanted.parameters.clone();
        let evaluator = Evaluator::new(&template, &environment, supplied, None);
        let bound = evaluator.bind()?;
        (bound, Plan::build(&evaluator)?)
    };
    Ok(Prepared {
        template,
        parameters: bound,
        environment,
        plan,
    })
}

fn environment(
    world: &World,
    wanted: &Wanted,
    template: &Template,
    seed: &str,
    groups: &[Value],
) -> Environment {
    let scope = &wanted.scope;
    let subscription = world.subscription(&scope.subscription);
    let group = scope.group.as_ref().map(|name| {
        let id = ResourceId::for_group(&scope.subscription, name);
        let coming = || {
            let text = id.to_string();
            let same = |group: &&Value| {
                group["id"]
                    .as_str()
                    .is_some_and(|g| g.eq_ignore_ascii_case(&text))
            };
            groups.iter().find(same).cloned()
        };
        world
            .get(&id, GROUPS)
            .ok()
            .or_else(coming)
            .unwrap_or_else(|| bare_group(&id))
    });
    let mut deployment = json!({
        "name": wanted.name,
        "properties": {
            "template": {
                "$schema": wanted.template.get("$schema"),
                "contentVersion": wanted.template.get("contentVersion"),
            },
            "templateHash": template.hash,
            "mode": "Incremental",
            "provisioningState": "Accepted",
        },
    });
    if let Some(location) = &wanted.location {
        deployment["location"] = location.as_str().into();
    }
    let settings = world.settings();
    Environment {
        scope: scope.clone(),
        tenant: world.tenant(),
        subscription: json!({
            "id": subscription.get("id"),
            "subscriptionId": scope.subscription,
            "tenantId": settings.tenant_id,
            "displayName": subscription.get("displayName"),
        }),
        resource_group: group,
        deployment,
        deployer: json!({
            "objectId": world.caller(),
            "tenantId": settings.tenant_id,
            "userPrincipalName": "",
        }),
        cloud: Environment::public_cloud(),
        now: world.now(),
        seed: seed.to_owned(),
    }
}

fn bare_group(id: &ResourceId) -> Value {
    json!({
        "id": id.to_string(),
        "name": id.name(),
        "type": "Microsoft.Resources/resourceGroups",
        "properties": {"provisioningState": "Succeeded"},
    })
}

/// What a preflight found.
#[derive(Default)]
pub(super) struct Preflight {
    /// Ids of everything that would be deployed.
    pub(super) resources: Vec<String>,
    /// What providers already know that they will refuse.
    problems: Vec<Value>,
    /// Resource groups that the templates make, as `resourceGroup()` will show them.
    groups: Vec<Value>,
}

impl Preflight {
    /// The answer when a provider objects.
    pub(super) fn verdict(&self, name: &str, tracking: &str) -> Result<(), ArmError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ArmError::gateway(
            400,
            "InvalidTemplateDeployment",
            format!(
                "The template deployment '{name}' is not valid according to the validation \
                 procedure. The tracking id is '{tracking}'. See inner errors for details."
            ),
        )
        .with_details(self.problems.clone()))
    }

    /// Looks at every resource as far as it is known, nested deployments included.
    pub(super) fn inspect(
        &mut self,
        world: &World,
        prepared: &Prepared,
        depth: usize,
    ) -> Result<(), TemplateError> {
        let Prepared {
            template,
            parameters,
            environment,
            plan,
        } = prepared;
        let evaluator = Evaluator::new(template, environment, parameters.clone(), None);
        let mut resources: Vec<_> = plan
            .resources
            .iter()
            .filter(|r| r.enabled && !r.existing)
            .collect();
        // What is inside a group asks for the group, wherever the template lists it.
        resources.sort_by_key(|r| r.nested.is_some());
        for resource in resources {
            self.resources.push(resource.id.clone());
            let preview = resource.preview(&evaluator)?;
            if let Some(nested) = &resource.nested {
                let Some(body) = preview else {
                    continue;
                };
                if depth >= DEPTH {
                    return Err(TemplateError::validation(format_args!(
                        "The deployment '{}' is nested too deeply: at most {DEPTH} levels",
                        resource.id
                    )));
                }
                let wanted = match nested_request(&nested.scope, &resource.name, &body) {
                    Ok(wanted) => wanted,
                    Err(error) => {
                        self.problems.push(view::with_target(&error, &resource.id));
                        continue;
                    }
                };
                let inner = prepare_among(world, &wanted, &environment.seed, &self.groups)?;
                self.inspect(world, &inner, depth + 1)?;
                continue;
            }
            let Some(id) = ResourceId::parse(&resource.id) else {
                return Err(TemplateError::validation(format_args!(
                    "'{}' is no resource id",
                    resource.id
                )));
            };
            if let Some(body) = preview {
                if id.is_group() {
                    let mut group = bare_group(&id);
                    for key in ["location", "tags", "managedBy"] {
                        if let Some(value) = body.get(key) {
                            group[key] = value.clone();
                        }
                    }
                    self.groups.push(group);
                }
                if let Err(error) = world.check(&id, &resource.api_version, &body) {
                    self.problems.push(view::with_target(&error, &resource.id));
                }
            }
        }
        // Outputs and whatever else asks the running world wait for it.
        Ok(())
    }
}

/// A nested deployment, evaluated, as a request of its own.
pub(super) fn nested_request(scope: &Scope, name: &str, body: &Value) -> Result<Wanted, ArmError> {
    let mut body = body.clone();
    if let (Some(members), Some(_)) = (body.as_object_mut(), &scope.group) {
        members.remove("location");
    }
    let mut wanted = Wanted::read(scope.clone(), name, &body)?;
    let inner = body
        .pointer("/properties/expressionEvaluationOptions/scope")
        .and_then(Value::as_str)
        .is_some_and(|s| s.eq_ignore_ascii_case("inner"));
    if !inner {
        // Its expressions were evaluated outside, there is nothing left that could be passed in.
        if !parameters(body.pointer("/properties/parameters"))?.is_empty() {
            return Err(ArmError::gateway(
                400,
                "InvalidTemplate",
                format!(
                    "Deployment template validation failed: 'The nested deployment '{name}' has \
                     parameters but evaluates its template in the outer scope. Set \
                     'expressionEvaluationOptions.scope' to 'inner' to use its own parameters.'."
                ),
            ));
        }
        wanted.parameters = Map::new();
        wanted.evaluated = true;
        if let Some(template) = wanted.template.as_object_mut() {
            template.remove("parameters");
            template.remove("variables");
        }
    }
    Ok(wanted)
}
