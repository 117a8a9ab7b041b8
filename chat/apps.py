from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Chat"

    def ready(self) -> None:
        from chat import catchup, consenting, counting, farewells, holders, promised, scripts

        farewells.listen()
        catchup.sign_in()
        consenting.sign_in()
        counting.sign_in()
        holders.hold()
        promised.promise()
        scripts.sign_in()
