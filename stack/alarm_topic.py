"""The topic that alarms publish to, and who hears it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct


def alarm_topic(scope: Construct, *, addresses: Sequence[str]) -> sns.Topic:
    """Create the topic and subscribe the e-mail `addresses`, each of which has to confirm once.

    Only this account's alarms may publish, and only over TLS.

    A topic policy replaces the default one, so CloudWatch needs its own statement. The topic is
    not encrypted: CloudWatch cannot use the AWS-managed key, and the messages hold no user data.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    topic = sns.Topic(scope, "Alarms")
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    )
    alarms = Stack.of(scope).format_arn(service="cloudwatch", resource="alarm:*")
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        )
    )
    for address in addresses:
        topic.add_subscription(EmailSubscription(address))
    return topic
