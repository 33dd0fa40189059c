"""Launches a batch file on an Airbus Playground server as the published script does, and prints where its jobs are.

Usage: batch_script.py BASE_URL API_TOKEN FOLDER
"""

import json
import os
import sys

import requests


def payload_of(process, zone):
    payload = {
        "name": f"{zone['location'][0:40]} - {process['name']}",
        "imageId": zone["image_id"],
        "datasetId": process["dataset_id"],
        "projectId": process["project_id"],
        "geom": zone["geom"],
    }
    if "image_2_id" in zone:
        payload["imageId2"] = zone["image_2_id"]
    return payload


def launch_all(base_url, headers, batch):
    links = []
    refused = []
    for process in batch["processes"]:
        for zone in batch["zones"]:
            answer = requests.post(
                url=f"{base_url}/api/v1/processes/{process['id']}/jobs",
                data=json.dumps(payload_of(process, zone)),
                headers=headers,
            )
            # The script knows no other status that is good.
            if answer.status_code == 200:
                links.append(json.loads(answer.content)["_links"]["self"]["href"])
            else:
                refused.append({"status": answer.status_code, "reason": answer.reason})
    return {"links": links, "refused": refused}


def main(base_url, token, folder):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name)) as file:
                print(json.dumps(launch_all(base_url, headers, json.load(file))))


if __name__ == "__main__":
    main(*sys.argv[1:])
