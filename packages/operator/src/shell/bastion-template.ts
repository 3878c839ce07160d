/** The CloudFormation template of an instance to go through: no open port, no key, no password, and it stops by itself. */

/** Marks the instance that `vpc-postgres shell` goes through where there are several. */
export const BASTION_TAG = { key: 'vpc-postgres', value: 'bastion' } as const;

/** A month of a stopped instance: its disk of 8 GB, gp3, at 0.08 to 0.10 USD a GB by region. */
export const STOPPED_BASTION_COST = '0.80 USD a month';

export function bastionTemplate(): string {
  return TEMPLATE;
}

const TEMPLATE = `AWSTemplateFormatVersion: '2010-09-09'
Description: An instance to forward a port through with Session Manager. No port is open to it. Stopped, it costs its disk alone.
Metadata:
  cfn-lint:
    config:
      # EndpointSecurityGroupId is empty where it is not used.
      ignore_checks: [W1030]
Parameters:
  VpcId:
    Type: AWS::EC2::VPC::Id
  SubnetId:
    Type: AWS::EC2::Subnet::Id
    Description: A private subnet. A public one only with WayToSystemsManager publicAddress.
  WayToSystemsManager:
    Type: String
    AllowedValues: [endpoints, nat, publicAddress]
    Default: endpoints
    Description: >-
      endpoints: the VPC has interface endpoints for ssm and ssmmessages, and the instance reaches these and the database alone.
      nat: it reaches port 443 of the internet through a NAT gateway. publicAddress: the same from a public subnet, with an
      address of its own on which no port is open.
  EndpointSecurityGroupId:
    Type: String
    Default: ''
    AllowedPattern: '(sg-[0-9a-f]+)?'
    Description: With endpoints, their security group.
  DatabaseSecurityGroupId:
    Type: AWS::EC2::SecurityGroup::Id
    Description: The security group of the proxy, or of the database where there is no proxy.
  DatabasePort:
    Type: Number
    Default: 5432
  ImageId:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64
Conditions:
  HasEndpoints: !Equals [!Ref WayToSystemsManager, endpoints]
  HasPublicAddress: !Equals [!Ref WayToSystemsManager, publicAddress]
Rules:
  EndpointsHaveAGroup:
    RuleCondition: !Equals [!Ref WayToSystemsManager, endpoints]
    Assertions:
      - Assert: !Not [!Equals [!Ref EndpointSecurityGroupId, '']]
        AssertDescription: Add EndpointSecurityGroupId, or choose WayToSystemsManager nat or publicAddress.
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: ec2.amazonaws.com }
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:\${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore
      Policies:
        # The managed policy permits to read each parameter of the account, Amplify's secrets among them. No session needs that.
        - PolicyName: NoParameters
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Deny
                Action: ['ssm:GetParameter', 'ssm:GetParameters']
                Resource: '*'
  Profile:
    Type: AWS::IAM::InstanceProfile
    Properties:
      Roles: [!Ref Role]
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Session Manager and the database, nothing in
      VpcId: !Ref VpcId
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: !If [HasEndpoints, !Ref AWS::NoValue, 0.0.0.0/0]
          DestinationSecurityGroupId: !If [HasEndpoints, !Ref EndpointSecurityGroupId, !Ref AWS::NoValue]
          Description: Systems Manager
        - IpProtocol: tcp
          FromPort: !Ref DatabasePort
          ToPort: !Ref DatabasePort
          DestinationSecurityGroupId: !Ref DatabaseSecurityGroupId
          Description: The proxy or database
  AllowedByTheEndpoints:
    Type: AWS::EC2::SecurityGroupIngress
    Condition: HasEndpoints
    Properties:
      GroupId: !Ref EndpointSecurityGroupId
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      SourceSecurityGroupId: !Ref Group
      Description: Bastion to Systems Manager
  AllowedByTheDatabase:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref DatabaseSecurityGroupId
      IpProtocol: tcp
      FromPort: !Ref DatabasePort
      ToPort: !Ref DatabasePort
      SourceSecurityGroupId: !Ref Group
      Description: People, by Session Manager
  Instance:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref ImageId
      InstanceType: t4g.nano
      IamInstanceProfile: !Ref Profile
      InstanceInitiatedShutdownBehavior: stop
      MetadataOptions: { HttpTokens: required, HttpPutResponseHopLimit: 1 }
      BlockDeviceMappings:
        - DeviceName: /dev/xvda
          Ebs: { VolumeSize: 8, VolumeType: gp3, Encrypted: true, DeleteOnTermination: true }
      NetworkInterfaces:
        - DeviceIndex: '0'
          SubnetId: !Ref SubnetId
          AssociatePublicIpAddress: !If [HasPublicAddress, true, false]
          GroupSet: [!Ref Group]
      Tags:
        - { Key: Name, Value: vpc-postgres bastion }
        - { Key: ${BASTION_TAG.key}, Value: ${BASTION_TAG.value} }
      UserData:
        Fn::Base64: |
          #!/bin/bash
          # Stops after half an hour without a session. In brackets, so that pgrep does not find the command that runs it.
          cat > /etc/systemd/system/stop-when-idle.service <<'UNIT'
          [Service]
          Type=oneshot
          ExecStart=/bin/bash -c 'if pgrep -f ssm-[s]ession-worker >/dev/null; then rm -f /run/idle; elif [ -e /run/idle ]; then shutdown -h now; else touch /run/idle; fi'
          UNIT
          cat > /etc/systemd/system/stop-when-idle.timer <<'UNIT'
          [Timer]
          OnBootSec=15min
          OnUnitActiveSec=15min
          [Install]
          WantedBy=timers.target
          UNIT
          systemctl enable --now stop-when-idle.timer
Outputs:
  InstanceId:
    Value: !Ref Instance
`;
