"""Calls a DESP User Workflow server as the published notebook does, request by request, and prints what it was told.

Usage: notebook.py BASE_URL USERNAME TOKEN
"""

import base64
import json
import sys

import requests


def main(base_url, username, token):
    secret = base64.b64encode(f"{username}:{token}".encode("utf-8")).decode("utf-8")
    headers = {
        "Authorization": f"Basic {secret}",
        "Content-Type": "application/hal+json;charset=UTF-8",
    }

    def called(answer):
        return {"status": answer.status_code, "body": json.loads(answer.text)}

    services = called(
        requests.get(f"{base_url}/secure/api/v2.0/services?page=0&size=10", headers=headers, verify=True)
    )

    config = {
        # Without a slash after the host, as the notebook writes it.
        "service": f"{base_url}secure/api/v2.0/services/20",
        "inputs": {
            "s2_input": ["one text"],
            "s3_input": ["another"],
            "collection": [json.dumps({"result": "eopaas00000000000000000000000000000abc"})],
        },
        "parent": None,
    }
    created = called(
        requests.post(
            f"{base_url}/secure/api/v2.0/jobConfigs/", headers=headers, data=json.dumps(config), verify=True
        )
    )
    config_id = created["body"]["id"]
    launched = called(
        requests.post(f"{base_url}/secure/api/v2.0/jobConfigs/{config_id}/launch", headers=headers, verify=True)
    )
    job_id = launched["body"]["content"]["id"]
    status = called(requests.get(f"{base_url}/secure/api/v2.0/jobs/{job_id}", headers=headers))

    print(json.dumps({"services": services, "created": created, "launched": launched, "status": status}))


if __name__ == "__main__":
    main(*sys.argv[1:])
