"""Signing in and out, one's password and one's second step: the addresses of allauth that we use, and no others.

There is no sign-up, and no page to change an e-mail address: people come by invitation. Pages that change how somebody
signs in ask for the second step first, from who has one.
"""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path, reverse_lazy

from helplines import factor_views, session_views
from helplines.gate import in_one_piece, own_account

remove_passkey = passkeys.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("confirm/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", own_account(in_one_piece(views.password_change)), name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        in_one_piece(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("sessions/", own_account(session_views.places), name="sessions"),
    path("second-step/", own_account(factor_views.second_step), name="mfa_index"),
    path("second-step/sign-in/", mfa.authenticate, name="mfa_authenticate"),
    path("second-step/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-step/app/", own_account(in_one_piece(totp.activate_totp)), name="mfa_activate_totp"),
    path("second-step/app/remove/", own_account(in_one_piece(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("second-step/codes/", own_account(factor_views.spare_codes), name="mfa_view_recovery_codes"),
    path(
        "second-step/codes/new/",
        own_account(in_one_piece(codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path("second-step/passkeys/add/", own_account(in_one_piece(passkeys.add_webauthn)), name="mfa_add_webauthn"),
    path(
        "second-step/passkeys/<int:pk>/remove/", own_account(in_one_piece(remove_passkey)), name="mfa_remove_webauthn"
    ),
    path("second-step/passkeys/confirm/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("second-step/passkeys/sign-in/", factor_views.passkey_sign_in, name="mfa_login_webauthn"),
]
