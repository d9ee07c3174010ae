//! The control port of the emulators, over a real socket.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
use peers::card::CardSlot;
use peers::control::{Rig, serve};
use peers::sam::{SamOptions, SamReader};
use serde_json::{Value, json};

#[test]
fn one_line_asks_and_one_line_answers() {
    let dir = tempfile::tempdir().unwrap();
    let options = CabinetOptions::new(dir.path().join("locker"), vec![BoardSpec::new(1, 24, 1)]);
    let cabinet = Cabinet::start(options).unwrap();
    let sam = SamReader::start(SamOptions::new(dir.path().join("reader"))).unwrap();
    let slots = vec![CardSlot::start(9)];
    let rig = Arc::new(Rig { slots, sams: vec![sam], cabinet: Some(cabinet), ..Rig::default() });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let theirs = Arc::clone(&rig);
    std::thread::spawn(move || serve(&listener, &theirs));

    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut ask = |line: &str| -> Value {
        writeln!(&stream, "{line}").unwrap();
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap()
    };
    let ok = json!({ "ok": true });
    assert_eq!(ask(r#"{"do":"force-open","compartment":7}"#), ok);
    assert!(rig.cabinet.as_ref().unwrap().is_open(7));
    assert_eq!(ask(r#"{"do":"shut","compartment":7}"#), ok);
    assert_eq!(ask(r#"{"do":"bus-faults","faults":{"bad_checksum":true,"answers":3}}"#), ok);
    assert_eq!(ask(r#"{"do":"insert","card":"wang-xiuying"}"#), ok);
    assert_eq!(ask(r#"{"do":"item","compartment":8,"present":true}"#), ok);
    let state = ask(r#"{"do":"state"}"#);
    assert_eq!(state["state"]["slots"][0]["card"], "wang-xiuying");
    assert_eq!(state["state"]["cabinet"]["faults"]["answers"], 3);
    assert_eq!(
        state["state"]["cabinet"]["doors"][6],
        json!({ "compartment": 7, "open": false, "item": false, "faults": {
        "stuck": false, "shuts_itself_after_ms": null, "blink": false, "bounce": false, "sensor_says_open": null } })
    );
    assert_eq!(ask(r#"{"do":"remove"}"#), ok);
    assert_eq!(ask(r#"{"do":"insert","slot":1,"card":"li-jianguo"}"#), ok);
    assert_eq!(ask(r#"{"do":"sam-faults","faults":{"says":{"to":"read","status":65}}}"#), ok);
    assert_eq!(ask(r#"{"do":"unplug","sam":0}"#), ok);
    let sam = ask(r#"{"do":"state"}"#)["state"]["sams"][0].clone();
    assert_eq!((&sam["card"], &sam["plugged"]), (&json!("li-jianguo"), &json!(false)));
    assert_eq!(sam["faults"]["says"], json!({ "to": "read", "status": 65 }));
    assert_eq!(ask(r#"{"do":"replug","sam":0}"#), ok);
    assert_eq!(ask(r#"{"do":"remove","slot":1}"#), ok);
    let refused = ask(r#"{"do":"shut","compartment":99}"#);
    assert_eq!(refused, json!({ "ok": false, "error": "there is no compartment 99" }));
    assert_eq!(ask("nonsense")["ok"], false);
    assert!(ask(r#"{"do":"deck"}"#)["deck"].as_array().unwrap().len() > 15);
}
