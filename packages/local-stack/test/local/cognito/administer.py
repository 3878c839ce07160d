"""botocore and pycognito against the local user pool: the answers fit AWS's own model of the API."""
import os

import boto3
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

pool, client_id = os.environ["USER_POOL_ID"], os.environ["CLIENT_ID"]
cognito = boto3.client(
    "cognito-idp",
    endpoint_url=os.environ["ENDPOINT"],
    region_name="eu-west-1",
    config=Config(retries={"max_attempts": 0}),
)


def refused(name, call, **parameters):
    try:
        call(**parameters)
    except cognito.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == name, error
        return
    raise AssertionError(f"{name} was expected")


who = {"UserPoolId": pool, "Username": "grace@example.com"}
created = cognito.admin_create_user(
    **who, TemporaryPassword="Temporary-pass-1", UserAttributes=[{"Name": "email_verified", "Value": "true"}]
)["User"]
assert created["UserStatus"] == "FORCE_CHANGE_PASSWORD"
assert created["UserCreateDate"].year >= 2024
refused("UsernameExistsException", cognito.admin_create_user, **who)

srp = AWSSRP(
    username="grace@example.com", password="Temporary-pass-1", pool_id=pool, client_id=client_id, client=cognito
)
tokens = srp.set_new_password_challenge("Correct-horse-1")["AuthenticationResult"]
assert cognito.get_user(AccessToken=tokens["AccessToken"])["Username"] == created["Username"]

cognito.admin_add_user_to_group(**who, GroupName="admins")
assert [group["GroupName"] for group in cognito.admin_list_groups_for_user(**who)["Groups"]] == ["admins"]
assert len(cognito.list_users_in_group(UserPoolId=pool, GroupName="admins")["Users"]) == 2
assert cognito.list_groups(UserPoolId=pool)["Groups"][0]["GroupName"] == "admins"
cognito.admin_remove_user_from_group(**who, GroupName="admins")
pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool, PaginationConfig={"PageSize": 1})
assert sum(len(page["Users"]) for page in pages) == 3

for attempt in range(5):
    srp = AWSSRP(
        username="grace@example.com", password="Correct-horse-1", pool_id=pool, client_id=client_id, client=cognito
    )
    tokens = srp.authenticate_user()["AuthenticationResult"]
    assert tokens["TokenType"] == "Bearer" and tokens["ExpiresIn"] == 900
refreshed = cognito.get_tokens_from_refresh_token(ClientId=client_id, RefreshToken=tokens["RefreshToken"])
assert refreshed["AuthenticationResult"]["AccessToken"] != tokens["AccessToken"]

wrong = AWSSRP(username="grace@example.com", password="wrong", pool_id=pool, client_id=client_id, client=cognito)
refused("NotAuthorizedException", wrong.authenticate_user)
nobody = AWSSRP(username="nobody@example.com", password="x", pool_id=pool, client_id=client_id, client=cognito)
refused("NotAuthorizedException", nobody.authenticate_user)

cognito.admin_user_global_sign_out(**who)
refused("NotAuthorizedException", cognito.get_user, AccessToken=tokens["AccessToken"])
cognito.admin_disable_user(**who)
assert cognito.admin_get_user(**who)["Enabled"] is False
cognito.admin_enable_user(**who)
cognito.admin_set_user_password(**who, Password="Battery-staple-2", Permanent=True)
cognito.admin_delete_user(**who)
refused("UserNotFoundException", cognito.admin_get_user, **who)
refused("ResourceNotFoundException", cognito.list_users, UserPoolId="eu-west-1_other")
refused("UnsupportedOperationException", cognito.describe_user_pool, UserPoolId=pool)

stranger = boto3.client(
    "cognito-idp",
    endpoint_url=os.environ["ENDPOINT"],
    region_name="eu-west-1",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="x",
    config=Config(retries={"max_attempts": 0}),
)
refused("UnrecognizedClientException", stranger.list_users, UserPoolId=pool)
print("all as in AWS")
