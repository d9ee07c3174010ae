//! `kiosk card trust`.

use std::collections::BTreeMap;
use std::path::Path;

use hardware::cards::{Contents, Date, Listed, Maker, TrustList};
use serde_json::{Value, json};

use super::card;
use super::output::{Exit, Failure};

/// Tells what is in the files of a trust list, one object a file. [`Exit::Wrong`]: one was altered, or no certificate can
/// be used.
pub(super) fn tell(path: &Path, json: bool) -> Result<Exit, Failure> {
    let files = TrustList::inspect(path).map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
    let today = jiff::Timestamp::from_millisecond(crate::clock::wall_ms()).ok();
    let today = today.and_then(|at| Date::parse(&at.strftime("%Y%m%d").to_string()));
    for file in &files {
        card::tell(&summary(file, today), json)?;
    }
    let altered = files.iter().any(|file| file.maker == Some(Maker::Altered));
    let usable = files.iter().flat_map(|file| &file.listed).any(|listed| listed.unusable.is_none());
    Ok(if usable && !altered { Exit::Well } else { Exit::Wrong })
}

fn summary(file: &Contents, today: Option<Date>) -> Value {
    let count = |of: &dyn Fn(&Listed) -> &str| {
        let mut counts = BTreeMap::new();
        for listed in &file.listed {
            *counts.entry(of(listed).to_owned()).or_insert(0) += 1;
        }
        counts
    };
    let (signature, signer) = match &file.maker {
        None => ("none", None),
        Some(Maker::Vouched(signer)) => {
            ("holds, and an authority in the list vouches for its signer", Some(signer.as_str()))
        }
        Some(Maker::Signed(signer)) => {
            ("holds, and no authority in the list vouches for its signer", Some(signer.as_str()))
        }
        Some(Maker::Unverified(why)) => ("cannot be verified here", Some(why.as_str())),
        Some(Maker::Altered) => ("DOES NOT HOLD: the list was altered", None),
    };
    let unusable: Vec<String> = file
        .listed
        .iter()
        .filter_map(|listed| listed.unusable.as_ref().map(|why| format!("{} {}: {why}", listed.state, listed.name)))
        .collect();
    let expired = |listed: &&Listed| listed.until.zip(today).is_some_and(|(until, today)| until < today);
    json!({
        "file": file.path.display().to_string(),
        "signature": signature,
        "signer": signer,
        "certificates": file.listed.len(),
        "states": count(&|listed| &listed.state),
        "keys": count(&|listed| &listed.key),
        "expired": file.listed.iter().filter(expired).count(),
        "links": file.listed.iter().filter(|listed| listed.link).count(),
        "unusable": unusable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_list_is_counted() {
        let listed = |state: &str, key: &str, until: &str, link, unusable: Option<&str>| Listed {
            state: state.to_owned(),
            name: format!("C={state}"),
            key: key.to_owned(),
            until: Date::parse(until),
            link,
            unusable: unusable.map(str::to_owned),
            ..Listed::default()
        };
        let file = Contents {
            path: "a.ml".into(),
            maker: Some(Maker::Vouched("C=ut".to_owned())),
            listed: vec![
                listed("UT", "RSA-4096", "20200101", false, None),
                listed("UT", "EC P-256", "20400101", true, None),
                listed("XX", "", "", false, Some("its curve is not known here")),
            ],
        };
        let told = summary(&file, Date::new(2026, 11, 30));
        for (key, value) in [
            ("signer", json!("C=ut")),
            ("certificates", json!(3)),
            ("states", json!({ "UT": 2, "XX": 1 })),
            ("keys", json!({ "": 1, "EC P-256": 1, "RSA-4096": 1 })),
            ("expired", json!(1)),
            ("links", json!(1)),
            ("unusable", json!(["XX C=XX: its curve is not known here"])),
        ] {
            assert_eq!(told[key], value, "{key}");
        }
    }
}
