"""The usual consumer: one row by the ORM for each message, and the group of the room tells everybody, the sender too."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from bench.reference.models import Conversation, Message


class ChatConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    async def connect(self) -> None:
        self.conversation = int(self.scope["url_route"]["kwargs"]["conversation"])
        self.party = self.scope["url_route"]["kwargs"]["party"]
        self.room = f"room-{self.conversation}"
        await self.channel_layer.group_add(self.room, self.channel_name)
        if self.party == "counsellor":
            await self.take()
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        message = await self.store(content["text"])
        told = {"kind": "said", "id": content["id"], "seq": message.pk, "from": self.party, "text": message.text}
        await self.channel_layer.group_send(self.room, {"type": "chat.message", "told": told})

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send_json(event["told"])

    @database_sync_to_async  # type: ignore[misc]
    def store(self, text: str) -> Message:
        return Message.objects.create(conversation_id=self.conversation, party=self.party, text=text)

    @database_sync_to_async  # type: ignore[misc]
    def take(self) -> None:
        Conversation.objects.filter(pk=self.conversation, state="waiting").update(state="active")
