"""What the stock admin says where its Dutch is stiff: listed here, so that our catalogue says it in our own words."""

from django.utils.translation import gettext_noop, ngettext_lazy

SAID_OTHERWISE = (
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
    gettext_noop("Save and view"),
    gettext_noop("No action selected."),
    gettext_noop("Add %s"),
    gettext_noop("View %s"),
    gettext_noop(" By %(filter_title)s "),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
    gettext_noop("Delete selected %(verbose_name_plural)s"),
    gettext_noop("Delete multiple objects"),
    gettext_noop("Change history: %s"),
    gettext_noop("Select this object for an action - {}"),
    gettext_noop("Select all objects on this page for an action"),
    gettext_noop("Run the selected action"),
    gettext_noop("Objects"),
    gettext_noop("Breadcrumbs"),
    gettext_noop("Successfully deleted %(count)d %(items)s."),
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("You may edit it again below."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("Items must be selected in order to perform actions on them. No items have been changed."),
    gettext_noop("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
)
