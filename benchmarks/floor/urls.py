"""One address: create a ticket with three inserts in one transaction."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Event, Step, Ticket


class NewTicket(serializers.Serializer):
    subject = serializers.CharField(max_length=200)
    content = serializers.CharField(max_length=20_000)
    channel = serializers.CharField(max_length=60)


class Tickets(APIView):
    def post(self, request: Request) -> Response:
        new = NewTicket(data=request.data)
        new.is_valid(raise_exception=True)
        now = timezone.now()
        with transaction.atomic():
            ticket = Ticket.objects.create(number=uuid.uuid4().hex, state="open", received_at=now, **new.validated_data)
            Step.objects.create(ticket=ticket, kind="intake", opened_at=now, due_at=now + timedelta(hours=1))
            Event.objects.create(ticket=ticket, at=now, name="register", data={"channel": ticket.channel})
        return Response({"id": ticket.pk, "number": ticket.number, "state": ticket.state}, status=201)


urlpatterns = [path("tickets/", Tickets.as_view())]
