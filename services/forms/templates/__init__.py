"""The forms, one module each. A change to a form raises its ``template_version``: documents say which one they were made by."""

from services.forms.domain.definition import Form, FormId
from services.forms.templates import (
    acceptance_notice,
    box_record,
    call_list,
    disposition,
    extension,
    feedback,
    follow_up_record,
    monthly_report,
    receipt,
    redirect_notice,
    refusal_notice,
    result_notice,
    unit_refusal,
    written_statement,
)

FORMS: dict[FormId, Form] = {
    form.id: form
    for form in (
        disposition.FORM,
        feedback.FORM,
        extension.FORM,
        unit_refusal.FORM,
        receipt.FORM,
        written_statement.FORM,
        acceptance_notice.FORM,
        refusal_notice.FORM,
        redirect_notice.FORM,
        follow_up_record.FORM,
        result_notice.FORM,
        box_record.FORM,
        call_list.FORM,
        monthly_report.FORM,
    )
}
"""Every form by its id; the order is that in which they are listed to people."""
