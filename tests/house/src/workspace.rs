//! The crates of the workspace, as `cargo metadata` tells them, and their sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Fault;
use crate::allowed::Allowed;
use crate::source::Tree;

/// The platform that the hall runs on. Other platforms' dependencies are never linked.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// What cargo knows.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
    pub(crate) resolve: Resolve,
}

/// A crate, ours or not.
#[derive(Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) license: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A line of a manifest.
#[derive(Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) rename: Option<String>,
    /// `None` is a normal one, otherwise `dev` or `build`.
    pub(crate) kind: Option<String>,
}

impl Dependency {
    /// Its name in a manifest.
    pub(crate) fn key(&self) -> &str {
        self.rename.as_deref().unwrap_or(&self.name)
    }
}

/// What is built of a package.
#[derive(Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

impl Target {
    /// A library or a program: what others link and people run.
    fn is_product(&self) -> bool {
        self.kind.iter().any(|kind| ["lib", "rlib", "bin", "proc-macro"].contains(&kind.as_str()))
    }

    fn is_build_script(&self) -> bool {
        self.kind.iter().any(|kind| kind == "custom-build")
    }
}

/// Who really links whom.
#[derive(Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<Edge>,
}

#[derive(Deserialize)]
pub(crate) struct Edge {
    pub(crate) pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

impl Edge {
    /// Whether it is there for more than tests.
    pub(crate) fn is_linked(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
    }
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

/// One of our crates.
pub(crate) struct Member {
    pub(crate) package: Package,
    /// Its libraries and programs, without tests.
    pub(crate) products: Vec<Tree>,
    /// Its build script.
    pub(crate) build: Vec<Tree>,
    pub(crate) folder: PathBuf,
    /// Whether a hall gets it.
    pub(crate) ships: bool,
}

/// The whole workspace.
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
    pub(crate) members: Vec<Member>,
}

impl Workspace {
    /// Asks cargo, and reads all sources.
    pub(crate) fn read(root: &Path, allowed: &Allowed) -> Result<Self, Fault> {
        let metadata = ask_cargo(root)?;
        let mut members = Vec::new();
        for package in metadata.packages.iter().filter(|p| metadata.workspace_members.contains(&p.id)) {
            members.push(Member::read(root, package, allowed)?);
        }
        members.sort_by(|a, b| a.package.name.cmp(&b.package.name));
        Ok(Self { metadata, members })
    }

    /// Our crates by their names.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.package.name.as_str()).collect()
    }

    /// All packages by their ids.
    pub(crate) fn packages(&self) -> BTreeMap<&str, &Package> {
        self.metadata.packages.iter().map(|package| (package.id.as_str(), package)).collect()
    }
}

impl Member {
    fn read(root: &Path, package: &Package, allowed: &Allowed) -> Result<Self, Fault> {
        let read = |path: &Path| std::fs::read_to_string(root.join(path)).ok();
        let load = |target: &Target| {
            let path = target.src_path.strip_prefix(root).unwrap_or(&target.src_path);
            Tree::load(path, &read)
        };
        let products =
            package.targets.iter().filter(|target| target.is_product()).map(load).collect::<Result<_, _>>()?;
        let build =
            package.targets.iter().filter(|target| target.is_build_script()).map(load).collect::<Result<_, _>>()?;
        let folder = package.manifest_path.parent().unwrap_or(root).to_owned();
        let ships = allowed.ships(folder.strip_prefix(root).unwrap_or(&folder));
        Ok(Self { package: package.clone(), products, build, folder, ships })
    }

    /// Its files of some kinds, those of crates below it left out.
    pub(crate) fn files(&self, others: &[Self], kinds: &[&str]) -> Result<Vec<PathBuf>, Fault> {
        let inner: Vec<&Path> = others
            .iter()
            .map(|other| other.folder.as_path())
            .filter(|other| *other != self.folder && other.starts_with(&self.folder))
            .collect();
        let mut found = Vec::new();
        let mut open = vec![self.folder.clone()];
        while let Some(folder) = open.pop() {
            let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    if !path.ends_with("target") && !inner.contains(&path.as_path()) {
                        open.push(path);
                    }
                } else if path.extension().is_some_and(|kind| kinds.iter().any(|one| kind == *one)) {
                    found.push(path);
                }
            }
        }
        Ok(found)
    }
}

fn ask_cargo(root: &Path) -> Result<Metadata, Fault> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(["metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cargo metadata does not start: {e}"))?;
    if !out.status.success() {
        return Err(format!("cargo metadata fails: {}", String::from_utf8_lossy(&out.stderr)));
    }
    serde_json::from_slice(&out.stdout).map_err(|e| format!("what cargo metadata says is not understood: {e}"))
}
