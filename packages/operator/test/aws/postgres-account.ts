/** Adds a PostgreSQL instance and a proxy to a VPC in moto. */
import { CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateDBInstanceCommand,
  CreateDBProxyCommand,
  CreateDBSubnetGroupCommand,
  RDSClient,
  RegisterDBProxyTargetsCommand,
} from '@aws-sdk/client-rds';
import type { Access, CreatedVpc } from './accounts.js';

export async function createGroup(access: Access, vpc: CreatedVpc, name: string): Promise<string> {
  const { GroupId = '' } = await new EC2Client(access).send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpc.id }),
  );
  return GroupId;
}

/** @returns its security group */
export async function createInstance(
  access: Access,
  vpc: CreatedVpc,
  { id = 'orders-db', iam = true }: { readonly id?: string; readonly iam?: boolean } = {},
): Promise<string> {
  const rds = new RDSClient(access);
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: id,
      DBSubnetGroupDescription: id,
      SubnetIds: [...vpc.isolatedSubnets],
    }),
  );
  const group = await createGroup(access, vpc, id);
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: id,
      Engine: 'postgres',
      EngineVersion: '17.6',
      DBInstanceClass: 'db.t4g.small',
      AllocatedStorage: 20,
      MasterUsername: 'postgres',
      MasterUserPassword: 'hunter2hunter2',
      DBSubnetGroupName: id,
      VpcSecurityGroupIds: [group],
      EnableIAMDatabaseAuthentication: iam,
      DBName: 'orders',
    }),
  );
  return group;
}

/** Before an instance. @returns its security group */
export async function createProxy(
  access: Access,
  vpc: CreatedVpc,
  instance: string,
  { name = 'orders', requireTls = true }: { readonly name?: string; readonly requireTls?: boolean } = {},
): Promise<string> {
  const rds = new RDSClient(access);
  const group = await createGroup(access, vpc, `${name}-proxy`);
  await rds.send(
    new CreateDBProxyCommand({
      DBProxyName: name,
      EngineFamily: 'POSTGRESQL',
      Auth: [
        {
          AuthScheme: 'SECRETS',
          SecretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/app-AbC123',
          IAMAuth: 'REQUIRED',
        },
      ],
      RoleArn: 'arn:aws:iam::111122223333:role/orders-proxy',
      VpcSubnetIds: [...vpc.isolatedSubnets],
      VpcSecurityGroupIds: [group],
      RequireTLS: requireTls,
    }),
  );
  await rds.send(new RegisterDBProxyTargetsCommand({ DBProxyName: name, DBInstanceIdentifiers: [instance] }));
  return group;
}
