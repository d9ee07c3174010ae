#!/usr/bin/env python3
"""Writes which crates a program is linked with, under which licences, with the texts and notices that they carry.

licences.py CRATE [FEATURES] > licences-of-crates.txt
"""

import json
import subprocess
import sys
from pathlib import Path


def cargo(*arguments):
    return run("cargo", *arguments, "--locked")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def linked(crate, features):
    """Name and version of everything that `crate` is linked with on this machine."""
    wanted = ["--features", features] if features else []
    tree = cargo("tree", "--package", crate, *wanted, "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}")
    return {tuple(line.split()[:2]) for line in tree.splitlines() if line}


def texts(folder):
    """Licences, notices and lists of authors that a crate carries, as they are."""
    names = ("licen", "copying", "copyright", "notice", "unlicense")
    found = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower().startswith(names)]
    for under in ("LICENSES", "licenses"):
        found += sorted(path for path in (folder / under).glob("*") if path.is_file())
    return [path.read_text(encoding="utf-8", errors="replace").strip() for path in found]


def main():
    crate, features = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
    want = linked(crate, features)
    host = next(line.split()[1] for line in run("rustc", "-vV").splitlines() if line.startswith("host:"))
    metadata = cargo("metadata", "--format-version", "1", "--filter-platform", host)
    packages = [
        package
        for package in json.loads(metadata)["packages"]
        if (package["name"], "v" + package["version"]) in want and package["source"]
    ]
    packages.sort(key=lambda package: (package["name"], package["version"]))
    shared = {}  # a text, and who carries it
    print(f"Crates that {crate} is linked with: {len(packages)}\n")
    for package in packages:
        name = f"{package['name']} {package['version']}"
        print(f"{name}: {package['license'] or 'see its text'}")
        if package["authors"]:
            print(f"    {', '.join(package['authors'])}")
        if package["repository"]:
            print(f"    {package['repository']}")
        for text in texts(Path(package["manifest_path"]).parent):
            shared.setdefault(text, []).append(name)
    for text, names in shared.items():
        print(f"\n{'-' * 100}\n{', '.join(names)}\n{'-' * 100}\n\n{text}")


main()
