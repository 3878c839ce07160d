"""botocore against the local identity pool: identities, their credentials, and a request signed with them."""
import datetime
import json
import os
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

url, provider, pool = os.environ["URL"], os.environ["PROVIDER"], os.environ["IDENTITY_POOL_ID"]


def client(name, path):
    config = Config(signature_version=UNSIGNED, retries={"max_attempts": 0})
    return boto3.client(name, endpoint_url=url + path, region_name="eu-west-1", config=config)


users, identities = client("cognito-idp", "/cognito-idp"), client("cognito-identity", "/cognito-identity")


def login(username):
    tokens = users.initiate_auth(
        ClientId=os.environ["CLIENT_ID"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": os.environ["PASSWORD"]},
    )["AuthenticationResult"]
    return {provider: tokens["IdToken"]}


def refused(name, call, **parameters):
    try:
        call(**parameters)
    except identities.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == name, error
        assert type(error) is getattr(identities.exceptions, name), type(error)
        return
    raise AssertionError(f"{name} was expected")


alice, carol = login("alice"), login("carol")
of_alice = identities.get_id(IdentityPoolId=pool, Logins=alice)["IdentityId"]
of_carol = identities.get_id(IdentityPoolId=pool, Logins=carol)["IdentityId"]
assert of_alice != of_carol
assert identities.get_id(IdentityPoolId=pool, Logins=login("alice"))["IdentityId"] == of_alice

given = identities.get_credentials_for_identity(IdentityId=of_alice, Logins=alice)["Credentials"]
left = given["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(hours=1), left

get_credentials = identities.get_credentials_for_identity
refused("NotAuthorizedException", get_credentials, IdentityId=of_alice, Logins=carol)
refused("NotAuthorizedException", get_credentials, IdentityId=of_alice)
refused("NotAuthorizedException", identities.get_id, IdentityPoolId=pool, Logins={provider: "x"})
refused("ResourceNotFoundException", get_credentials, IdentityId="local:" + "0" * 36, Logins=alice)
refused("InvalidParameterException", get_credentials, IdentityId="no id", Logins=alice)


def notes(credentials):
    body = json.dumps({"query": "{ notes }"})
    request = AWSRequest("POST", url + "/graphql", data=body, headers={"content-type": "application/json"})
    SigV4Auth(credentials, "appsync", "eu-west-1").add_auth(request)
    sent = urllib.request.Request(url + "/graphql", body.encode(), dict(request.headers))
    with urllib.request.urlopen(sent) as response:
        return json.load(response)


answer = notes(Credentials(given["AccessKeyId"], given["SecretKey"], given["SessionToken"]))
assert isinstance(answer["data"]["notes"], list), answer
print("all as in AWS")
