//! Whole templates: what they bind, refuse and plan.

use serde_json::{Map, Value, json};

use super::{Environment, Evaluator, Plan, Scope, Template, TemplateError};

fn environment() -> Environment {
    Environment {
        scope: Scope {
            subscription: "S".to_owned(),
            group: Some("G".to_owned()),
        },
        tenant: json!({"tenantId": "T"}),
        subscription: json!({"id": "/subscriptions/S", "subscriptionId": "S"}),
        resource_group: Some(json!({"name": "G", "location": "westus"})),
        deployment: json!({"name": "d"}),
        deployer: json!({"objectId": "me"}),
        cloud: Environment::public_cloud(),
        now: "2020-04-07T14:53:14Z".parse().unwrap(),
        seed: "seed".to_owned(),
    }
}

fn raw(parts: &Value) -> Value {
    let mut raw = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": []
    });
    for (key, value) in parts.as_object().unwrap() {
        raw[key] = value.clone();
    }
    raw
}

struct Planned {
    plan: Plan,
    parameters: Map<String, Value>,
    bodies: Vec<Value>,
}

fn plan_with(parts: &Value, parameters: &Value) -> Result<Planned, TemplateError> {
    let template = Template::parse(&raw(parts))?;
    let environment = environment();
    let supplied = parameters.as_object().unwrap().clone();
    let evaluator = Evaluator::new(&template, &environment, supplied, None);
    let parameters = evaluator.bind()?;
    let plan = Plan::build(&evaluator)?;
    let mut bodies = Vec::new();
    for resource in &plan.resources {
        bodies.push(resource.preview(&evaluator)?.unwrap_or(Value::Null));
    }
    Ok(Planned {
        plan,
        parameters,
        bodies,
    })
}

fn plan(parts: &Value) -> Result<Planned, TemplateError> {
    plan_with(parts, &json!({}))
}

fn refusal(parts: &Value, parameters: &Value) -> TemplateError {
    match plan_with(parts, parameters) {
        Ok(_) => panic!("accepted: {parts}"),
        Err(error) => error,
    }
}

fn disk(name: &str) -> Value {
    json!({"type": "Microsoft.Compute/disks", "apiVersion": "2023-01-01", "name": name, "location": "westus"})
}

fn disk_after(name: &str, needs: &Value) -> Value {
    let mut disk = disk(name);
    disk["dependsOn"] = needs.clone();
    disk
}

const ID: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/disks";

#[test]
fn parameters_are_bound_with_defaults_in_any_order() {
    let parts = json!({"parameters": {
        "a": {"type": "string", "defaultValue": "[concat(parameters('b'), '!')]"},
        "b": {"type": "string", "defaultValue": "x", "minLength": 1},
        "n": {"type": "int", "minValue": 1, "maxValue": 3},
        "free": {"type": "string", "nullable": true}
    }});
    let bound = plan_with(&parts, &json!({"N": 3})).unwrap().parameters;
    assert_eq!(json!(bound), json!({"a": "x!", "b": "x", "n": 3}));
}

#[test]
fn bad_parameters_are_refused_by_name() {
    let parts = json!({"parameters": {
        "size": {"type": "string", "allowedValues": ["big", "small"]},
        "count": {"type": "int", "defaultValue": 2, "minValue": 1, "maxValue": 5},
        "label": {"type": "string", "defaultValue": "abc", "minLength": 2, "maxLength": 4},
        "zones": {"type": "array", "defaultValue": [], "allowedValues": ["1", "2"], "maxLength": 2},
        "secret": {"type": "securestring", "defaultValue": "aa", "allowedValues": ["aa"]}
    }});
    for (given, words) in [
        (json!({}), vec!["'size'", "is not provided"]),
        (
            json!({"size": "big", "colour": "red"}),
            vec!["'colour'", "not valid", "size, count, label"],
        ),
        (
            json!({"size": "huge"}),
            vec!["'size'", "'huge'", "big,small"],
        ),
        (
            json!({"size": "big", "count": "2"}),
            vec!["'count'", "'Integer'", "'String'"],
        ),
        (
            json!({"size": "big", "count": 0}),
            vec!["'count'", "greater than or equal to '1'"],
        ),
        (
            json!({"size": "big", "count": 6}),
            vec!["'count'", "less than or equal to '5'"],
        ),
        (
            json!({"size": "big", "label": "a"}),
            vec!["'label'", "greater than or equal to '2'"],
        ),
        (
            json!({"size": "big", "label": "abcde"}),
            vec!["'label'", "less than or equal to '4'"],
        ),
        (json!({"size": "big", "zones": ["3"]}), vec!["'zones'"]),
        (json!({"size": null}), vec!["'size'", "'Null'"]),
    ] {
        let error = refusal(&parts, &given);
        assert_eq!(error.code, "InvalidTemplate");
        for word in words {
            assert!(error.message.contains(word), "{given}: {error}");
        }
    }
    let error = refusal(&parts, &json!({"size": "big", "secret": "hunter2"}));
    assert!(
        error.message.contains("'secret'") && !error.message.contains("hunter2"),
        "{error}"
    );
    assert!(plan_with(&parts, &json!({"size": "big", "zones": ["1", "2"]})).is_ok());
}

#[test]
fn circles_among_parameters_and_variables_are_refused() {
    for parts in [
        json!({"variables": {"a": "[variables('b')]", "b": "[variables('a')]"}}),
        json!({"parameters": {
            "a": {"type": "string", "defaultValue": "[parameters('b')]"},
            "b": {"type": "string", "defaultValue": "[parameters('a')]"}
        }}),
    ] {
        let error = refusal(&parts, &json!({}));
        assert!(error.message.contains("Circular"), "{error}");
    }
}

#[test]
fn the_shape_of_a_template_is_checked() {
    for (parts, code, words) in [
        (
            json!({"$schema": "https://example.com/x"}),
            "InvalidTemplate",
            "schema",
        ),
        (
            json!({"contentVersion": "one"}),
            "InvalidTemplate",
            "content version",
        ),
        (json!({"outptus": {}}), "InvalidRequestContent", "'outptus'"),
        (
            json!({"resources": null}),
            "InvalidRequestContent",
            "'resources'",
        ),
        (
            json!({"resources": [{"type": "A.B/c", "name": "x"}]}),
            "InvalidRequestContent",
            "'apiVersion'",
        ),
        (
            json!({"resources": [{"type": "A.B/c", "name": "x", "apiVersion": "1", "tegs": {}}]}),
            "InvalidRequestContent",
            "'tegs'",
        ),
        (
            json!({"parameters": {"p": {"type": "text"}}}),
            "InvalidTemplate",
            "'text'",
        ),
        (
            json!({"parameters": {"p": {"type": "int"}, "P": {"type": "int"}}}),
            "InvalidTemplate",
            "more than once",
        ),
        (
            json!({"variables": {"v": "[nosuch()]"}}),
            "InvalidTemplate",
            "'nosuch'",
        ),
        (
            json!({"outputs": {"o": {"type": "string", "value": "[toLower('a', 'b')]"}}}),
            "InvalidTemplate",
            "'toLower'",
        ),
        (
            json!({"outputs": {"o": {"type": "string"}}}),
            "InvalidTemplate",
            "'o'",
        ),
        (
            json!({"resources": [disk("a/b")]}),
            "InvalidTemplate",
            "segment",
        ),
        (
            json!({"resources": [disk("[concat('a']")]}),
            "InvalidTemplate",
            "not valid",
        ),
        (
            json!({"variables": {"v": "[reference('x')]"}}),
            "InvalidTemplate",
            "'reference' is not expected",
        ),
        (
            json!({"resources": [disk("[reference('x').name]")]}),
            "InvalidTemplate",
            "'reference' is not expected",
        ),
    ] {
        let error = refusal(&parts, &json!({}));
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    let error = refusal(
        &json!({"variables": {"v": {"deep": ["[nosuch()]"]}}}),
        &json!({}),
    );
    assert_eq!(error.path, "properties.template.variables.v.deep[0]");
}

#[test]
fn dependencies_are_found_by_every_kind_of_name() {
    let parts = json!({"resources": [
        disk("a"),
        disk_after("by-name", &json!(["a"])),
        disk_after("by-id", &json!(["[resourceId('Microsoft.Compute/disks', 'a')]"])),
        disk_after("by-relative", &json!(["Microsoft.Compute/disks/A"])),
        {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "[concat('l', copyIndex())]",
            "copy": {"name": "loop", "count": 3}},
        disk_after("by-loop", &json!(["loop", "a"])),
        {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "implicit",
            "properties": {"x": "[reference('a').y]"}},
        {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "implicit-id",
            "properties": {"x": "[reference(resourceId('Microsoft.Compute/disks', 'a')).y]"}},
        {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "other-version",
            "properties": {"x": "[reference(resourceId('Microsoft.Compute/disks', 'a'), '1').y]"}}
    ]});
    let plan = plan(&parts).unwrap().plan;
    let needs = |name: &str| {
        let resource = plan.resources.iter().find(|r| r.name == name).unwrap();
        resource
            .needs
            .iter()
            .map(|n| plan.resources[*n].name.as_str())
            .collect::<Vec<_>>()
    };
    for name in ["by-name", "by-id", "by-relative", "implicit", "implicit-id"] {
        assert_eq!(needs(name), ["a"], "{name}");
    }
    assert_eq!(needs("by-loop"), ["a", "l0", "l1", "l2"]);
    assert!(needs("other-version").is_empty());
    assert_eq!(plan.resources[0].id, format!("{ID}/a"));
}

#[test]
fn symbolic_names_work_with_loops_and_existing_resources() {
    let parts = json!({"languageVersion": "2.0", "resources": {
        "old": {"existing": true, "type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "old"},
        "many": {"copy": {"name": "many", "count": "[length(range(0, 2))]"},
            "type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "[format('m{0}', copyIndex())]"},
        "all": disk_after("all", &json!(["many", "old"])),
        "one": {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "one",
            "properties": {"x": "[reference(format('many[{0}]', 1)).y]"}},
        "none": {"copy": {"name": "none", "count": 0}, "type": "Microsoft.Compute/disks",
            "apiVersion": "1", "name": "[format('n{0}', copyIndex())]"},
        "afterNone": disk_after("after-none", &json!(["none"]))
    }});
    let plan = plan(&parts).unwrap().plan;
    let names: Vec<&str> = plan.resources.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["old", "m0", "m1", "all", "one", "after-none"]);
    assert_eq!(plan.resources[3].needs, [0, 1, 2]);
    assert_eq!(plan.resources[4].needs, [2]);
    assert!(plan.resources[0].existing && plan.resources[5].needs.is_empty());
}

#[test]
fn wrong_graphs_are_refused() {
    for (resources, words) in [
        (
            json!([
                disk_after("a", &json!(["b"])),
                disk_after("b", &json!(["a"]))
            ]),
            "Circular dependency",
        ),
        (
            json!([disk_after("a", &json!(["a"]))]),
            "Circular dependency",
        ),
        (
            json!([disk_after("a", &json!(["nine"]))]),
            "'nine' is not defined",
        ),
        (json!([disk("a"), disk("A")]), "multiple times"),
        (
            json!([{"type": "A.B/c", "apiVersion": "1", "name": "x", "properties": {"p": "[reference('nine').z]"}}]),
            "'nine' is not valid",
        ),
        (
            json!([disk("a"), {"type": "A.B/c", "apiVersion": "1", "name": "a"}, disk_after("b", &json!(["a"]))]),
            "ambiguous",
        ),
        (json!([disk_after("a", &json!("b"))]), "array of strings"),
    ] {
        let error = refusal(&json!({"resources": resources}), &json!({}));
        assert_eq!(error.code, "InvalidTemplate");
        assert!(error.message.contains(words), "{error}");
    }
    let mut off = disk("a");
    off["condition"] = json!("[equals(1, 2)]");
    let planned = plan(&json!({"resources": [disk("a"), off]})).unwrap().plan;
    assert!(planned.resources[0].enabled && !planned.resources[1].enabled);
}

#[test]
fn serial_loops_wait_batch_by_batch() {
    let parts = json!({"resources": [
        {"type": "Microsoft.Compute/disks", "apiVersion": "1", "name": "[concat('l', copyIndex(1))]",
            "copy": {"name": "loop", "count": 5, "mode": "serial", "batchSize": 2}}
    ]});
    let plan = plan(&parts).unwrap().plan;
    let needs: Vec<&[usize]> = plan.resources.iter().map(|r| r.needs.as_slice()).collect();
    assert_eq!(needs, [&[][..], &[], &[0, 1], &[0, 1], &[2, 3]]);
    assert_eq!(plan.resources[0].name, "l1");
}

#[test]
fn bodies_are_evaluated_with_property_copies_names_and_nulls() {
    let parts = json!({
        "variables": {
            "copy": [{"name": "list", "count": 2, "input": "[copyIndex('list', 10)]"}],
            "inner": {"copy": [{"name": "x", "count": 2, "input": {"n": "[copyIndex('x')]"}}], "y": 1}
        },
        "resources": [{
            "type": "A.B/c", "apiVersion": "1", "name": "[concat('r', copyIndex())]", "comments": "no",
            "copy": {"name": "outer", "count": 2},
            "properties": {
                "copy": [{"name": "disks", "count": 2,
                    "input": "[format('{0}-{1}', copyIndex('outer'), copyIndex('disks'))]"}],
                "[concat('k', 'ey')]": "[[literal]",
                "gone": "[null()]",
                "list": "[variables('list')]",
                "inner": "[variables('inner')]"
            }
        }]
    });
    let planned = plan(&parts).unwrap();
    assert_eq!(
        planned.bodies[1],
        json!({"properties": {
            "disks": ["1-0", "1-1"],
            "key": "[literal]",
            "list": [10, 11],
            "inner": {"x": [{"n": 0}, {"n": 1}], "y": 1}
        }})
    );
}

#[test]
fn children_scopes_and_nested_deployments_get_their_ids() {
    let parts = json!({"resources": [
        {"type": "A.B/parents", "apiVersion": "1", "name": "p", "resources": [
            {"type": "children", "apiVersion": "1", "name": "c", "dependsOn": ["p"]}
        ]},
        {"type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "l", "scope": "A.B/parents/p"},
        {"type": "Microsoft.Authorization/locks", "apiVersion": "1", "name": "l",
            "scope": "[resourceId('A.B/parents/children', 'p', 'c')]"},
        {"type": "A.B/parents/providers/locks", "apiVersion": "1", "name": "p/Microsoft.Authorization/m"},
        {"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", "resourceGroup": "other",
            "properties": {"mode": "Incremental", "template": {"resources": []}}},
        {"type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "s", "subscriptionId": "Z",
            "location": "westus", "properties": {}}
    ]});
    let plan = plan(&parts).unwrap().plan;
    let ids: Vec<&str> = plan.resources.iter().map(|r| r.id.as_str()).collect();
    let group = "/subscriptions/S/resourceGroups/G/providers/A.B/parents/p";
    assert_eq!(
        ids,
        [
            group,
            &format!("{group}/children/c"),
            &format!("{group}/providers/Microsoft.Authorization/locks/l"),
            &format!("{group}/children/c/providers/Microsoft.Authorization/locks/l"),
            &format!("{group}/providers/Microsoft.Authorization/locks/m"),
            "/subscriptions/S/resourceGroups/other/providers/Microsoft.Resources/deployments/n",
            "/subscriptions/Z/providers/Microsoft.Resources/deployments/s",
        ]
    );
    assert_eq!(plan.resources[1].needs, [0]);
}

#[test]
fn user_defined_types_are_checked_inside() {
    let parts = json!({
        "definitions": {"pool": {"type": "object", "properties": {
            "name": {"type": "string", "maxLength": 3},
            "size": {"type": "int", "nullable": true}
        }, "additionalProperties": false}},
        "parameters": {"pools": {"type": "array", "items": {"$ref": "#/definitions/pool"}}}
    });
    assert!(
        plan_with(
            &parts,
            &json!({"pools": [{"name": "a", "size": 1}, {"name": "b"}]})
        )
        .is_ok()
    );
    for (pools, words) in [
        (json!([{"name": "long"}]), "'pools[0].name'"),
        (json!([{"name": "a"}, {}]), "'pools[1].name'"),
        (json!([{"name": "a", "colour": 1}]), "'colour'"),
    ] {
        let error = refusal(&parts, &json!({"pools": pools}));
        assert!(error.message.contains(words), "{error}");
    }
}
