"""The usual tables: lines, conversations, messages in plain text."""

from django.db import models


class Line(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    line = models.ForeignKey(Line, models.CASCADE)
    state = models.CharField(max_length=10, default="waiting")
    nickname = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)


class Message(models.Model):
    conversation = models.ForeignKey(Conversation, models.CASCADE)
    party = models.CharField(max_length=10)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)
