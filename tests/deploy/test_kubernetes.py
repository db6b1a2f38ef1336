"""The manifests: what a cluster would refuse, what a pod may do, and that pods, services and settings fit together."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance import __version__
from compliance.config import Settings
from compliance.keys.key_file import NAME, read_keys
from tests.components import program
from tests.deploy.container import environment, image
from tests.deploy.proxying import DEPLOY
from tests.keys.made import filed, key
from tests.web.process import SECONDS

HERE = DEPLOY / "kubernetes"
RECIPE = DEPLOY / "recipes/kubernetes"
VERSIONS = ("1.30", "1.34", "1.37")
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((HERE / "kustomization.yaml").read_text(encoding="utf-8"))
USER, GROUP = map(int, image().one("USER").rest.split(":"))


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


MANIFESTS = [each for name in KUSTOMIZATION["resources"] for each in documents(HERE / name)]
IDS = [f"{each['kind']}-{each['metadata']['name']}" for each in MANIFESTS]


def manifest(kind: str, name: str = "compliance") -> dict[str, Any]:
    (found,) = (each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


SET: dict[str, Any] = manifest("StatefulSet")["spec"]
POD: dict[str, Any] = SET["template"]["spec"]
(MAIN,) = POD["containers"]
(FIRST,) = POD["initContainers"]
LABELS: dict[str, str] = SET["template"]["metadata"]["labels"]


def is_valid(document: dict[str, Any], version: str) -> bool:
    """Whether a server of a version would take a manifest, by the schemas that another package brings."""
    package = import_module("kubernetes_validate")
    try:
        package.validate(document, version, strict=True)
    except package.ValidationError:
        return False
    return True


def settings() -> Settings:
    """What holds in a pod: the file, under the variables of the image and of the manifest."""
    said = {
        each["name"]: each["value"].replace("$(POD_NAME)", "compliance-0") for each in MAIN["env"] if "value" in each
    }
    return Settings.of(tomllib.loads((HERE / "compliance.toml").read_text(encoding="utf-8")), {**environment(), **said})


@pytest.mark.parametrize("document", MANIFESTS, ids=IDS)
def test_a_server_takes_each_manifest(document: dict[str, Any]) -> None:
    assert [version for version in VERSIONS if not is_valid(document, version)] == []


def test_a_slip_in_a_key_or_a_value_would_be_seen() -> None:
    for wrong in ('"readOnlyRoot": true', '"readOnlyRootFilesystem": "yes"'):
        text = json.dumps(manifest("StatefulSet")).replace('"readOnlyRootFilesystem": true', wrong)
        assert wrong in text
        assert not is_valid(json.loads(text), VERSIONS[-1])


def test_every_file_is_one_of_the_kustomization() -> None:
    generated = [name for each in KUSTOMIZATION["configMapGenerator"] for name in each["files"]]
    assert {each.name for each in HERE.iterdir()} == {"kustomization.yaml", *KUSTOMIZATION["resources"], *generated}


def restricted(pod: dict[str, Any]) -> Iterator[str]:
    """What the level `restricted` of the Pod Security Standards forbids in a pod.

    Source: Kubernetes, Pod Security Standards, "Baseline" and "Restricted".
    """
    kinds = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
    yield from (each for each in ("hostNetwork", "hostPID", "hostIPC", "hostUsers") if pod.get(each))
    for volume in pod.get("volumes", ()):
        yield from (f"volume {kind}" for kind in volume.keys() - {"name"} - kinds)
    above = pod.get("securityContext", {})
    yield from (each for each in ("sysctls", "seLinuxOptions", "windowsOptions") if above.get(each))
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        here = {**above, **container.get("securityContext", {})}
        for name, wanted in (("runAsNonRoot", True), ("allowPrivilegeEscalation", False)):
            if here.get(name) is not wanted:
                yield f"{name} of {container['name']}"
        if here.get("runAsUser") == 0 or here.get("privileged") or here.get("procMount", "Default") != "Default":
            yield f"rights of {container['name']}"
        if here.get("seccompProfile", {}).get("type") not in {"RuntimeDefault", "Localhost"}:
            yield f"seccompProfile of {container['name']}"
        capabilities = here.get("capabilities", {})
        if capabilities.get("drop") != ["ALL"] or set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
            yield f"capabilities of {container['name']}"
        yield from (f"hostPort {each['hostPort']}" for each in container.get("ports", ()) if "hostPort" in each)


def test_the_pods_ask_for_no_more_than_the_namespace_allows() -> None:
    assert list(restricted(POD)) == []
    labels = manifest("Namespace")["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{each}"] for each in ("enforce", "warn", "audit")} == {"restricted"}
    assert KUSTOMIZATION["namespace"] == manifest("Namespace")["metadata"]["name"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hostNetwork": True}, "hostNetwork"),
        ({"volumes": [{"name": "x", "hostPath": {"path": "/"}}]}, "volume hostPath"),
        ({"securityContext": {}}, "runAsNonRoot of keys"),
        (
            {"containers": [{**MAIN, "securityContext": {"allowPrivilegeEscalation": False}}]},
            "capabilities of compliance",
        ),
    ],
)
def test_what_the_level_forbids_would_be_seen(change: dict[str, Any], told: str) -> None:
    assert told in list(restricted({**POD, **change}))


def test_beyond_that_nothing_can_be_written_but_what_has_to_be() -> None:
    for container in (FIRST, MAIN):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {each["name"]: each for each in MAIN["volumeMounts"]}
    assert {name for name, each in mounts.items() if not each.get("readOnly")} == {"evidence", "tmp"}
    assert mounts["evidence"]["mountPath"] == settings().data_dir
    volumes = {each["name"]: each for each in POD["volumes"]}
    for name in ("keys", "tmp"):
        assert "sizeLimit" in volumes[name]["emptyDir"]
    assert volumes["keys"]["emptyDir"]["medium"] == "Memory"
    assert volumes.keys() | {"evidence"} == mounts.keys() | {each["name"] for each in FIRST["volumeMounts"]}


def test_a_pod_is_the_user_of_the_image_and_has_no_token_and_no_variables_of_services() -> None:
    context = POD["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (USER, GROUP, GROUP)
    assert context["fsGroupChangePolicy"] == "OnRootMismatch", "keys that the group may read are refused"
    assert POD["enableServiceLinks"] is False
    account = manifest("ServiceAccount", POD["serviceAccountName"])
    assert account["automountServiceAccountToken"] is POD["automountServiceAccountToken"] is False


def test_the_settings_are_settings_and_each_pod_has_a_log_of_another_name() -> None:
    held = settings()
    assert held.evidence_origin.endswith("/compliance-0")
    assert not held.allow_without_keys
    assert (held.trusted_proxies, held.client_address) == (("10.244.0.0/16",), "x-forwarded-for")
    text = (HERE / "compliance.toml").read_text(encoding="utf-8")
    more = tomllib.loads(re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE))
    assert len(more) > 3
    Settings.of(more)
    names = [each["name"] for each in MAIN["env"]]
    assert names.index("POD_NAME") < names.index("COMPLIANCE_EVIDENCE_ORIGIN"), "otherwise it is not filled in"


def test_the_recipe_for_ingresses_and_the_manifests_trust_and_let_in_the_same() -> None:
    recipe = tomllib.loads((RECIPE / "compliance.toml").read_text(encoding="utf-8"))
    here = tomllib.loads((HERE / "compliance.toml").read_text(encoding="utf-8"))
    assert recipe.items() <= here.items()
    (theirs,) = documents(RECIPE / "network-policy.yaml")
    ours = manifest("NetworkPolicy")["spec"]
    assert theirs["spec"]["podSelector"] == ours["podSelector"] == {"matchLabels": LABELS}
    assert theirs["spec"]["ingress"][0]["from"][0] in ours["ingress"][0]["from"]


def test_only_who_is_named_reaches_the_service_and_it_reaches_nobody() -> None:
    policy = manifest("NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    (rule,) = policy["ingress"]
    assert all(each["namespaceSelector"]["matchLabels"] for each in rule["from"])
    assert [each["port"] for each in rule["ports"]] == [settings().port]


def test_services_and_probes_find_the_pods_on_the_port_of_the_service() -> None:
    (port,) = MAIN["ports"]
    assert port["containerPort"] == settings().port == int(image().one("EXPOSE").rest)
    for name in ("compliance", "compliance-pods"):
        spec = manifest("Service", name)["spec"]
        assert spec["selector"] == LABELS
        assert [each["targetPort"] for each in spec["ports"]] == [port["name"]]
    assert manifest("Service", SET["serviceName"])["spec"]["clusterIP"] == "None"
    asked = {name: MAIN[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {each["port"] for each in asked.values()} == {port["name"]}
    assert {name: each["path"] for name, each in asked.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }


def test_labels_are_one_everywhere_and_one_pod_at_a_time_is_taken_away() -> None:
    (spread,) = POD["topologySpreadConstraints"]
    budget = manifest("PodDisruptionBudget")["spec"]
    for selector in (SET["selector"], spread["labelSelector"], budget["selector"]):
        assert selector == {"matchLabels": LABELS}
    assert budget["maxUnavailable"] == 1 < SET["replicas"]


def test_no_two_pods_write_one_log() -> None:
    (claim,) = SET["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert not any("persistentVolumeClaim" in each for each in POD["volumes"])


def test_the_last_seal_has_its_time_after_the_pause() -> None:
    pause = MAIN["lifecycle"]["preStop"]["sleep"]["seconds"]
    unit = (DEPLOY / "compliance.service").read_text(encoding="utf-8")
    (needed,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert POD["terminationGracePeriodSeconds"] >= pause + int(needed)


def test_every_container_has_bounds_and_the_image_of_this_version() -> None:
    (renamed,) = KUSTOMIZATION["images"]
    assert renamed["newTag"] == __version__
    for container in (FIRST, MAIN):
        assert container["image"] == renamed["name"]
        assert container["resources"]["limits"].keys() == {"memory"}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_the_first_container_makes_a_file_of_keys_that_is_not_refused(tmp_path: Path) -> None:
    mounts = {each["mountPath"]: tmp_path / each["name"] for each in FIRST["volumeMounts"]}
    for each in mounts.values():
        each.mkdir()
    volumes = {each["name"]: each for each in POD["volumes"]}
    path = filed(mounts["/run/secret"] / NAME, key())
    path.chmod(volumes["secret"]["secret"]["defaultMode"] | stat.S_IRGRP)  # what `fsGroup` makes of it
    program, *arguments = FIRST["command"]
    assert program == f"{environment()['PATH'].partition(':')[0]}/python"
    for inside, there in mounts.items():
        arguments = [each.replace(inside, str(there)) for each in arguments]
    subprocess.run([sys.executable, *arguments], check=True, timeout=SECONDS)
    copied = Path((settings().keys_file or "").replace("/run/compliance", str(mounts["/run/compliance"])))
    assert read_keys(copied) == (key(),)


def test_kubectl_puts_all_together() -> None:
    done = subprocess.run(
        [program("kubectl"), "kustomize", str(HERE)], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    made = list(yaml.safe_load_all(done.stdout))
    assert len(made) == len(MANIFESTS) + len(KUSTOMIZATION["configMapGenerator"])
    assert all(is_valid(each, VERSIONS[-1]) for each in made)
    (held,) = (each for each in made if each["kind"] == "ConfigMap")
    (running,) = (each["spec"]["template"]["spec"] for each in made if each["kind"] == "StatefulSet")
    mounted = {each["name"]: each for each in running["volumes"]}["config"]["configMap"]["name"]
    assert mounted == held["metadata"]["name"] != "compliance", "new settings start pods anew"
    assert not any(each["image"] == "compliance" for each in (*running["containers"], *running["initContainers"]))
