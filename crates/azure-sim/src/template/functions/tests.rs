//! Functions with the results that Azure's documentation shows.

use serde_json::{Map, Value, json};

use crate::template::{Environment, Evaluator, Frame, Scope, Template, TemplateError};

fn environment(group: Option<&str>) -> Environment {
    Environment {
        scope: Scope {
            subscription: "S".to_owned(),
            group: group.map(str::to_owned),
        },
        tenant: json!({"tenantId": "T"}),
        subscription: json!({"id": "/subscriptions/S", "subscriptionId": "S", "tenantId": "T"}),
        resource_group: group.map(|g| json!({"name": g, "location": "westus"})),
        deployment: json!({"name": "d"}),
        deployer: json!({"objectId": "me", "tenantId": "T"}),
        cloud: Environment::public_cloud(),
        now: "2020-04-07T14:53:14.1234567Z".parse().unwrap(),
        seed: "seed".to_owned(),
    }
}

fn template(parts: &Value) -> Template {
    let mut raw = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": []
    });
    for (key, value) in parts.as_object().unwrap() {
        raw[key] = value.clone();
    }
    Template::parse(&raw).unwrap()
}

fn eval_in(parts: &Value, group: Option<&str>, text: &str) -> Result<Value, TemplateError> {
    let template = template(parts);
    let environment = environment(group);
    let evaluator = Evaluator::new(&template, &environment, Map::new(), None);
    evaluator.text(&format!("[{text}]"), &Frame::default())
}

fn eval(text: &str) -> Result<Value, TemplateError> {
    let parameters = json!({"variables": {
        "a": ["one", "two", "three"],
        "o": {"one": "a", "three": "c", "Two": "b"},
        "dogs": [
            {"name": "Evie", "age": 5, "interests": ["Ball", "Frisbee"]},
            {"name": "Casper", "age": 3, "interests": ["Other dogs"]},
            {"name": "Indy", "age": 2, "interests": ["Butter"]},
            {"name": "Kira", "age": 8, "interests": ["Rubs"]}
        ]
    }});
    eval_in(&parameters, Some("G"), text)
}

fn table(cases: &[(&str, Value)]) {
    for (text, expected) in cases {
        match eval(text) {
            Ok(value) => assert_eq!(value, *expected, "{text}"),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

#[test]
fn strings() {
    table(&[
        ("concat('a', 'b', 1, true())", json!("ab1True")),
        (
            "concat(createArray('1-1', '1-2'), createArray('2-1'))",
            json!(["1-1", "1-2", "2-1"]),
        ),
        (
            "format('{0}, {1}. Formatted number: {2:N0}', 'Hello', 'User', 8175133)",
            json!("Hello, User. Formatted number: 8,175,133"),
        ),
        (
            "format('{{{0:D3}}}|{1,5}|{1,-5}|{2}|{3:X4}', 7, 'ab', false(), 255)",
            json!("{007}|   ab|ab   |False|00FF"),
        ),
        (
            "string(createObject('a', createArray(1, 'x')))",
            json!("{\"a\":[1,\"x\"]}"),
        ),
        ("string(true())", json!("True")),
        ("toLower('One Two')", json!("one two")),
        ("toUpper('One Two')", json!("ONE TWO")),
        ("trim('    one two three   ')", json!("one two three")),
        ("replace('123-123-1234', '-', '')", json!("1231231234")),
        (
            "replace('123-123-1234', '1234', 'xxxx')",
            json!("123-123-xxxx"),
        ),
        (
            "split('one,two,three', ',')",
            json!(["one", "two", "three"]),
        ),
        (
            "split('one;two,three', createArray(',', ';'))",
            json!(["one", "two", "three"]),
        ),
        ("join(variables('a'), ',')", json!("one,two,three")),
        ("substring('one two three', 4, 3)", json!("two")),
        ("substring('one', 1)", json!("ne")),
        ("startsWith('abcdef', 'AB')", json!(true)),
        ("endsWith('abcdef', 'E')", json!(false)),
        ("endsWith('abcdef', 'EF')", json!(true)),
        ("padLeft('123', 10, '0')", json!("0000000123")),
        ("padLeft(5, 3)", json!("  5")),
        ("'it''s'", json!("it's")),
    ]);
    for text in [
        "uniqueString('a')",
        "uniqueString(resourceGroup().name, 'x')",
    ] {
        let value = eval(text).unwrap();
        let characters = value.as_str().unwrap();
        assert_eq!(characters.len(), 13);
        assert!(
            characters
                .bytes()
                .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
        );
        assert_eq!(eval(text).unwrap(), value);
    }
    assert_ne!(eval("uniqueString('a')"), eval("uniqueString('b')"));
    let guid: uuid::Uuid = eval("guid('a', 'b')")
        .unwrap()
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(guid.get_version_num(), 5);
    assert_eq!(eval("guid('a', 'b')"), eval("guid('a-b')"));
}

#[test]
fn arrays() {
    table(&[
        ("array(1)", json!([1])),
        ("array(variables('a'))", json!(["one", "two", "three"])),
        ("createArray()", json!([])),
        ("length(variables('a'))", json!(3)),
        ("length('One Two Three')", json!(13)),
        ("length(variables('o'))", json!(3)),
        ("empty('')", json!(true)),
        ("empty(null())", json!(true)),
        ("empty(createArray(1))", json!(false)),
        ("contains('OneTwoThree', 'e')", json!(true)),
        ("contains('OneTwoThree', 'z')", json!(false)),
        ("contains(variables('o'), 'ONE')", json!(true)),
        ("contains(variables('a'), 'ONE')", json!(false)),
        ("first(variables('a'))", json!("one")),
        ("first('One')", json!("O")),
        ("last(variables('a'))", json!("three")),
        ("first(createArray())", Value::Null),
        ("take(variables('a'), 2)", json!(["one", "two"])),
        ("take('one two', 2)", json!("on")),
        ("skip(variables('a'), 2)", json!(["three"])),
        ("skip('one two three', 4)", json!("two three")),
        ("indexOf('test', 't')", json!(0)),
        ("indexOf('abcdef', 'CD')", json!(2)),
        ("indexOf('abcdef', 'z')", json!(-1)),
        ("lastIndexOf('test', 't')", json!(3)),
        ("indexOf(variables('a'), 'two')", json!(1)),
        ("range(5, 3)", json!([5, 6, 7])),
        (
            "flatten(createArray(createArray(1, 2), createArray(3)))",
            json!([1, 2, 3]),
        ),
        (
            "intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))",
            json!(["two", "three"]),
        ),
        (
            "intersection(createObject('one', 'a', 'two', 'b'), createObject('one', 'a', 'two', 'z'))",
            json!({"one": "a"}),
        ),
        (
            "union(createArray('one', 'two', 'three'), createArray('three', 'four'))",
            json!(["one", "two", "three", "four"]),
        ),
        (
            "union(createObject('a', createObject('x', 1, 'y', 2)), createObject('a', createObject('y', 3)))",
            json!({"a": {"x": 1, "y": 3}}),
        ),
        ("indexFromEnd(variables('a'), 1)", json!("three")),
        ("tryIndexFromEnd(variables('a'), 9)", Value::Null),
        ("max(createArray(0, 3, 2, 5, 4))", json!(5)),
        ("min(0, 3, 2)", json!(0)),
    ]);
}

#[test]
fn objects() {
    table(&[
        (
            "createObject('a', 1, 'b', null())",
            json!({"a": 1, "b": null}),
        ),
        ("createObject()", json!({})),
        ("json('{\"a\": [1.5, null]}')", json!({"a": [1.5, null]})),
        (
            "items(createObject('b', 1, 'A', 2))",
            json!([{"key": "A", "value": 2}, {"key": "b", "value": 1}]),
        ),
        ("objectKeys(variables('o'))", json!(["one", "three", "Two"])),
        (
            "shallowMerge(createArray(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2))))",
            json!({"a": {"y": 2}}),
        ),
        ("tryGet(variables('o'), 'nine')", Value::Null),
        (
            "tryGet(createObject('a', createArray(7)), 'a', 0)",
            json!(7),
        ),
        ("variables('o').two", json!("b")),
        ("variables('o')['ONE']", json!("a")),
        ("variables('o').?nine.ten.eleven", Value::Null),
        ("coalesce(null(), variables('o').?nine, 'x')", json!("x")),
        ("variables('a')[?9]", Value::Null),
        ("variables('a')[1]", json!("two")),
    ]);
}

#[test]
fn numbers_and_logic() {
    table(&[
        ("add(5, 3)", json!(8)),
        ("sub(7, 10)", json!(-3)),
        ("mul(5, 3)", json!(15)),
        ("div(8, 3)", json!(2)),
        ("mod(7, 3)", json!(1)),
        ("int('4')", json!(4)),
        ("float('1.5')", json!(1.5)),
        ("bool('true')", json!(true)),
        ("bool(0)", json!(false)),
        ("and(true(), not(false()))", json!(true)),
        ("or(true(), fail('never'))", json!(true)),
        ("and(false(), fail('never'))", json!(false)),
        ("if(true(), 'y', fail('never'))", json!("y")),
        ("if(equals('a', 'A'), 'y', 'n')", json!("n")),
        ("xor(true(), true())", json!(false)),
        (
            "equals(createArray(1, createObject('a', 2)), createArray(1, createObject('a', 2)))",
            json!(true),
        ),
        ("equals(1, '1')", json!(false)),
        ("less(1, 2)", json!(true)),
        ("less('b', 'a')", json!(false)),
        ("lessOrEquals(2, 2)", json!(true)),
        ("greater(2, 1)", json!(true)),
        ("greaterOrEquals('b', 'b')", json!(true)),
    ]);
}

#[test]
fn lambdas() {
    table(&[
        (
            "map(variables('dogs'), lambda('dog', lambdaVariables('dog').name))",
            json!(["Evie", "Casper", "Indy", "Kira"]),
        ),
        (
            "map(variables('a'), lambda('x', 'i', concat(lambdaVariables('i'), lambdaVariables('x'))))",
            json!(["0one", "1two", "2three"]),
        ),
        (
            "filter(range(0, 6), lambda('i', greater(lambdaVariables('i'), 3)))",
            json!([4, 5]),
        ),
        (
            "reduce(range(1, 4), 0, lambda('sum', 'x', add(lambdaVariables('sum'), lambdaVariables('x'))))",
            json!(10),
        ),
        (
            "map(sort(variables('dogs'), lambda('a', 'b', less(lambdaVariables('a').age, lambdaVariables('b').age))), lambda('d', lambdaVariables('d').name))",
            json!(["Indy", "Casper", "Evie", "Kira"]),
        ),
        (
            "toObject(variables('a'), lambda('x', lambdaVariables('x')), lambda('x', length(lambdaVariables('x'))))",
            json!({"one": 3, "two": 3, "three": 5}),
        ),
        (
            "groupBy(createArray('foo', 'bar', 'baz'), lambda('x', substring(lambdaVariables('x'), 0, 1)))",
            json!({"f": ["foo"], "b": ["bar", "baz"]}),
        ),
        (
            "mapValues(createObject('a', 1), lambda('x', add(lambdaVariables('x'), 1)))",
            json!({"a": 2}),
        ),
        (
            "map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(mul(lambdaVariables('i'), 2), lambdaVariables('j'))))))",
            json!([[0, 1], [2, 3]]),
        ),
    ]);
    let error = eval("map(range(0, 3), lambda('i', lambda('x', 1)))").unwrap_err();
    assert!(error.message.contains("'lambda'"), "{error}");
    assert!(eval("lambdaVariables('x')").is_err());
    assert!(eval("map(range(0, 3), 'x')").is_err());
}

#[test]
fn dates() {
    table(&[
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')",
            json!("2023-04-07T14:53:14Z"),
        ),
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')",
            json!("2020-03-29T14:53:14Z"),
        ),
        (
            "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H', 'u')",
            json!("2020-04-07 15:53:14Z"),
        ),
        (
            "dateTimeAdd('2020-04-07T14:53:14Z', 'PT1H', 'dd.MM.yy hh:mm tt')",
            json!("07.04.20 03:53 PM"),
        ),
        (
            "dateTimeFromEpoch(1683040573)",
            json!("2023-05-02T15:16:13Z"),
        ),
        (
            "dateTimeToEpoch('2023-05-02T15:16:13Z')",
            json!(1_683_040_573),
        ),
    ]);
    let defaults = json!({"parameters": {
        "now": {"type": "string", "defaultValue": "[utcNow()]"},
        "day": {"type": "string", "defaultValue": "[utcNow('d')]"},
        "full": {"type": "string", "defaultValue": "[dateTimeAdd(utcNow('o'), 'PT1H')]"},
        "id": {"type": "string", "defaultValue": "[newGuid()]"},
        "id2": {"type": "string", "defaultValue": "[newGuid()]"}
    }});
    let get = |name: &str| eval_in(&defaults, None, &format!("parameters('{name}')")).unwrap();
    assert_eq!(get("now"), json!("20200407T145314Z"));
    assert_eq!(get("day"), json!("4/7/2020"));
    assert_eq!(get("FULL"), json!("2020-04-07T15:53:14Z"));
    let both = "createArray(parameters('id'), parameters('id2'), parameters('id'))";
    let both = eval_in(&defaults, None, both).unwrap();
    assert_ne!(both[0], both[1]);
    assert_eq!(both[0], both[2]);
    for text in ["utcNow()", "newGuid()"] {
        let error = eval(text).unwrap_err();
        assert!(
            error.message.contains("default value of a parameter"),
            "{error}"
        );
    }
}

#[test]
fn encodings() {
    table(&[
        ("base64('one, two, three')", json!("b25lLCB0d28sIHRocmVl")),
        (
            "base64ToString('b25lLCB0d28sIHRocmVl')",
            json!("one, two, three"),
        ),
        ("base64ToJson(base64('{\"one\": \"a\"}')).one", json!("a")),
        (
            "dataUri('Hello')",
            json!("data:text/plain;charset=utf8;base64,SGVsbG8="),
        ),
        (
            "dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')",
            json!("Hello, World!"),
        ),
        (
            "uri('http://contoso.org/firstpath/', 'myscript.sh')",
            json!("http://contoso.org/firstpath/myscript.sh"),
        ),
        (
            "uri('http://contoso.org/firstpath/azuredeploy.json', 'myscript.sh')",
            json!("http://contoso.org/firstpath/myscript.sh"),
        ),
        (
            "uri('http://contoso.org/firstpath', '/myscript.sh')",
            json!("http://contoso.org/myscript.sh"),
        ),
        (
            "uriComponent('http://contoso.com/a b')",
            json!("http%3A%2F%2Fcontoso.com%2Fa%20b"),
        ),
        (
            "uriComponentToString('http%3A%2F%2Fcontoso.com')",
            json!("http://contoso.com"),
        ),
    ]);
}

#[test]
fn resources_and_surroundings() {
    table(&[
        (
            "resourceId('Microsoft.Storage/storageAccounts', 'x')",
            json!(
                "/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/x"
            ),
        ),
        (
            "resourceId('R', 'Microsoft.Sql/servers/databases', 's', 'd')",
            json!(
                "/subscriptions/S/resourceGroups/R/providers/Microsoft.Sql/servers/s/databases/d"
            ),
        ),
        (
            "resourceId('U', 'R', 'Microsoft.Storage/storageAccounts', 'x')",
            json!(
                "/subscriptions/U/resourceGroups/R/providers/Microsoft.Storage/storageAccounts/x"
            ),
        ),
        (
            "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
            json!("/subscriptions/S/providers/Microsoft.Authorization/roleDefinitions/r"),
        ),
        (
            "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'r')",
            json!("/subscriptions/S/resourceGroups/r"),
        ),
        (
            "tenantResourceId('Microsoft.Authorization/policyDefinitions', 'p')",
            json!("/providers/Microsoft.Authorization/policyDefinitions/p"),
        ),
        (
            "managementGroupResourceId('M', 'Microsoft.Authorization/policyDefinitions', 'p')",
            json!(
                "/providers/Microsoft.Management/managementGroups/M/providers/Microsoft.Authorization/policyDefinitions/p"
            ),
        ),
        (
            "extensionResourceId(resourceGroup().name, 'Microsoft.Resources/deployments', 'd')",
            json!("G/providers/Microsoft.Resources/deployments/d"),
        ),
        ("subscription().subscriptionId", json!("S")),
        ("tenant().tenantId", json!("T")),
        ("resourceGroup().location", json!("westus")),
        ("deployment().name", json!("d")),
        ("deployer().objectId", json!("me")),
        ("environment().suffixes.storage", json!("core.windows.net")),
        (
            "pickZones('Microsoft.Compute', 'virtualMachines', 'westus2', 2, 1)",
            json!(["2", "3"]),
        ),
    ]);
    let error = eval_in(&json!({}), None, "resourceGroup().id").unwrap_err();
    assert!(error.message.contains("subscription scope"), "{error}");
    let error = eval("resourceId('Microsoft.Sql/servers/databases', 'only')").unwrap_err();
    assert!(
        error.message.contains("resourceId") && error.message.contains("segment"),
        "{error}"
    );
    assert!(eval("providers('Microsoft.Web')").is_err());
    for text in [
        "reference('x')",
        "listKeys('x', '2020-01-01')",
        "resourceInfo('x')",
    ] {
        let error = eval(text).unwrap_err();
        assert!(
            error.message.contains("not expected at this location"),
            "{error}"
        );
    }
}

#[test]
fn address_ranges() {
    table(&[
        (
            "parseCidr('10.144.0.0/20')",
            json!({
                "network": "10.144.0.0", "netmask": "255.255.240.0", "broadcast": "10.144.15.255",
                "firstUsable": "10.144.0.1", "lastUsable": "10.144.15.254", "cidr": 20
            }),
        ),
        ("cidrSubnet('10.144.0.0/20', 24, 0)", json!("10.144.0.0/24")),
        (
            "cidrSubnet('10.144.0.0/20', 24, 15)",
            json!("10.144.15.0/24"),
        ),
        ("cidrHost('10.144.3.0/24', 0)", json!("10.144.3.1")),
        ("cidrHost('10.144.3.0/24', 4)", json!("10.144.3.5")),
        ("cidrSubnet('fd00::/8', 16, 1)", json!("fd01::/16")),
        ("cidrSubnet('0.0.0.0/0', 32, 1)", json!("0.0.0.1/32")),
    ]);
    assert!(eval("cidrSubnet('10.144.0.0/20', 24, 16)").is_err());
    assert!(eval("cidrHost('10.144.3.0/24', 255)").is_err());
    assert!(eval("parseCidr('10.0.0.0')").is_err());
}

#[test]
fn user_defined_functions_see_only_their_parameters() {
    let parts = json!({
        "parameters": {"p": {"type": "string", "defaultValue": "outer"}},
        "variables": {"v": 1},
        "functions": [{"namespace": "contoso", "members": {
            "unique": {
                "parameters": [{"name": "prefix", "type": "string"}],
                "output": {"type": "string", "value": "[concat(toLower(parameters('prefix')), '-x')]"}
            },
            "leak": {"parameters": [], "output": {"type": "string", "value": "[parameters('p')]"}},
            "leakVariable": {"parameters": [], "output": {"type": "int", "value": "[variables('v')]"}}
        }}]
    });
    let eval = |text: &str| eval_in(&parts, None, text);
    assert_eq!(eval("contoso.unique('AB')").unwrap(), json!("ab-x"));
    assert!(
        eval("contoso.unique(1)")
            .unwrap_err()
            .message
            .contains("'prefix'")
    );
    assert!(
        eval("contoso.unique()")
            .unwrap_err()
            .message
            .contains("'1' argument")
    );
    assert!(eval("contoso.leak()").is_err());
    assert!(eval("contoso.leakVariable()").is_err());
    assert!(
        eval("contoso.other()")
            .unwrap_err()
            .message
            .contains("contoso.other")
    );
}

#[test]
fn mistakes_name_the_function_and_the_argument() {
    for (text, parts) in [
        ("nosuch(1)", &["'nosuch'", "not valid"][..]),
        (
            "toLower(1)",
            &["'toLower'", "parameter '1'", "a string", "'Integer'"],
        ),
        ("toLower()", &["'toLower'", "exactly '1'", "'0'"]),
        (
            "substring('abc', 2, 5)",
            &["'substring'", "location within the string"],
        ),
        ("concat('a', createArray())", &["'concat'", "parameter '2'"]),
        ("if('x', 1, 2)", &["'if'", "a boolean"]),
        ("div(1, 0)", &["'div'"]),
        ("add(9223372036854775807, 1)", &["'add'", "64-bit"]),
        ("int('x')", &["'int'", "'x'"]),
        ("json('{')", &["'json'"]),
        ("createObject('a')", &["'createObject'", "even"]),
        ("variables('nope')", &["'nope'"]),
        ("parameters('nope')", &["'nope'"]),
        ("variables('o').nine", &["'nine'", "one, three, Two"]),
        ("variables('a')[3]", &["'3'", "'3' items"]),
        ("format('{1}', 'x')", &["'format'", "'1'"]),
        ("format('{', 'x')", &["'format'"]),
        ("copyIndex()", &["'copyIndex'"]),
        ("fail('because')", &["because"]),
        ("first(1)", &["'first'"]),
    ] {
        let error = eval(text).expect_err(text);
        assert_eq!(error.code, "InvalidTemplate");
        for part in parts {
            assert!(error.message.contains(part), "{text}: {error}");
        }
    }
}
