//! Stopping and starting clusters.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::azure::{Answer, Azure, url};
use crate::cluster::{VERSION, body, cluster, ready};

fn of_cluster(rest: &str) -> String {
    url(
        &format!("Microsoft.ContainerService/managedClusters/c1{rest}"),
        VERSION,
    )
}

fn post(azure: &Azure, action: &str) -> Answer {
    azure.post(&of_cluster(action), &Value::Null)
}

fn states(azure: &Azure) -> [String; 4] {
    let read = azure.get(&cluster()).expect(200).body;
    let at = |pointer: &str| read.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    [
        at("/properties/provisioningState"),
        at("/properties/powerState/code"),
        at("/properties/agentPoolProfiles/0/provisioningState"),
        at("/properties/agentPoolProfiles/0/powerState/code"),
    ]
}

#[test]
fn a_cluster_stops_and_starts_with_its_pools_in_its_own_time() {
    let azure = Azure::realistic();
    azure.group("westus3");
    azure.put(&cluster(), &body()).expect(201);
    azure.pass(600);
    let tag = azure.get(&cluster()).expect(200).body["eTag"].clone();
    for (action, busy, power, before) in [
        ("/stop", "Stopping", "Stopped", "Running"),
        ("/start", "Starting", "Running", "Stopped"),
    ] {
        let begun = post(&azure, action).expect(202);
        assert_eq!(begun.text, "");
        let status = begun.header("azure-asyncoperation").unwrap().to_owned();
        let result = begun.header("location").unwrap().to_owned();
        assert_eq!(states(&azure), [busy, before, busy, before]);
        let poll = azure.get(&status).expect(200);
        assert_eq!(poll.body["status"], "InProgress");
        azure.get(&result).expect(202);
        let refused = post(&azure, action).expect(409);
        assert_eq!(refused.code(), "OperationNotAllowed");
        azure.delete(&cluster()).expect(409);
        azure.pass(600);
        assert_eq!(azure.get(&status).expect(200).body["status"], "Succeeded");
        azure.get(&result).expect(204);
        assert_eq!(states(&azure), ["Succeeded", power, "Succeeded", power]);
    }
    assert_ne!(azure.get(&cluster()).expect(200).body["eTag"], tag);
}

#[test]
fn a_cluster_that_is_as_wanted_is_left_alone() {
    let azure = ready();
    azure.get(&cluster()).expect(200);
    post(&azure, "/start").expect(204);
    post(&azure, "/stop").expect(202);
    azure.get(&cluster()).expect(200);
    let before = azure.get(&cluster()).expect(200).body;
    post(&azure, "/STOP").expect(204);
    assert_eq!(azure.get(&cluster()).expect(200).body, before);
    let gone = of_cluster("/stop").replace("/c1/", "/c2/");
    assert_eq!(
        azure.post(&gone, &Value::Null).expect(404).code(),
        "ResourceNotFound"
    );
}

#[test]
fn a_stopped_cluster_refuses_every_write_but_its_deletion() {
    let azure = ready();
    azure.get(&cluster()).expect(200);
    post(&azure, "/stop").expect(202);
    let pool = json!({"properties": {"count": 2, "vmSize": "Standard_DS2_v2"}});
    for refused in [
        azure.put(&cluster(), &body()),
        azure.patch(&cluster(), &json!({"tags": {"a": "b"}})),
        azure.put(&of_cluster("/agentPools/ap2"), &pool),
        azure.put(&of_cluster("/agentPools/ap1"), &pool),
        azure.delete(&of_cluster("/agentPools/ap1")),
    ] {
        let refused = refused.expect(400);
        assert_eq!(refused.code(), "OperationNotAllowed");
        assert!(refused.message().contains("Stopped power state"));
    }
    assert_eq!(
        states(&azure),
        ["Succeeded", "Stopped", "Succeeded", "Stopped"]
    );
    azure
        .get(&of_cluster("/upgradeProfiles/default"))
        .expect(200);
    azure.delete(&cluster()).expect(202);
    azure.get(&cluster()).expect(404);
}

#[test]
fn a_pool_stops_and_starts_by_itself() {
    let azure = ready();
    azure.get(&cluster()).expect(200);
    let pool = of_cluster("/agentPools/ap2");
    let mut wanted =
        json!({"properties": {"count": 1, "vmSize": "Standard_DS2_v2", "mode": "User"}});
    azure.put(&pool, &wanted).expect(201);
    for (code, busy) in [("Stopped", "Stopping"), ("Running", "Starting")] {
        wanted["properties"]["powerState"] = json!({"code": code});
        let begun = azure.put(&pool, &wanted).expect(200).body;
        assert_eq!(begun["properties"]["provisioningState"], busy);
        let read = azure.get(&pool).expect(200).body;
        assert_eq!(read["properties"]["powerState"]["code"], code);
        assert_eq!(read["properties"]["provisioningState"], "Succeeded");
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Stop,
    Start,
    Change,
    Pass(u64),
}

/// What is going on, and when it ends.
struct Model {
    now: u64,
    stopped: bool,
    work: Option<(u64, bool)>,
}

impl Model {
    fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        if let Some((ends, stopped)) = self.work
            && ends <= self.now
        {
            self.stopped = stopped;
            self.work = None;
        }
    }

    /// The status of the answer to a step.
    fn expects(&mut self, step: Step) -> u16 {
        if self.work.is_some() {
            return 409;
        }
        let (wanted, accepted) = match step {
            Step::Change if self.stopped => return 400,
            Step::Stop | Step::Start if matches!(step, Step::Stop) == self.stopped => return 204,
            Step::Stop => (true, 202),
            Step::Start => (false, 202),
            _ => (false, 200),
        };
        self.work = Some((self.now + 30, wanted));
        accepted
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_cluster_runs_or_stands_as_it_was_told_last(
        steps in prop::collection::vec(
            prop_oneof![
                Just(Step::Stop),
                Just(Step::Start),
                Just(Step::Change),
                (1_u64..40).prop_map(Step::Pass),
            ],
            1..30,
        ),
    ) {
        let azure = Azure::fixed(30);
        azure.group("westus3");
        azure.put(&cluster(), &body()).expect(201);
        azure.pass(30);
        let mut model = Model { now: 0, stopped: false, work: None };
        for step in steps {
            let answer = match step {
                Step::Stop => post(&azure, "/stop"),
                Step::Start => post(&azure, "/start"),
                Step::Change => azure.patch(&cluster(), &json!({"tags": {}})),
                Step::Pass(seconds) => {
                    azure.pass(seconds);
                    model.pass(seconds);
                    continue;
                }
            };
            prop_assert_eq!(answer.status, model.expects(step), "{:?}: {}", step, answer.text);
            let power = if model.stopped { "Stopped" } else { "Running" };
            let [state, cluster, pool_state, pool] = states(&azure);
            prop_assert_eq!((cluster.as_str(), pool.as_str()), (power, power));
            prop_assert_eq!(state == "Succeeded", model.work.is_none());
            prop_assert!(pool_state == "Succeeded" || pool_state == state, "{} {}", pool_state, state);
        }
    }
}
