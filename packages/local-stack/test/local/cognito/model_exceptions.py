"""Prints the exceptions of each operation of Cognito's APIs, from the service models of botocore."""
import json

import botocore.session

session = botocore.session.get_session()
models = [session.get_service_model(name) for name in ("cognito-idp", "cognito-identity")]
operations = {
    name: sorted({error.name for error in model.operation_model(name).error_shapes})
    for model in models
    for name in model.operation_names
}
print(json.dumps(operations))
