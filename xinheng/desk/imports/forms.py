"""The upload form: a file, and how its columns become ours."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.desk import frame
from xinheng.exchange import mapping as mappings

LARGEST_FILE = 200 * 1024 * 1024
LARGEST_MAPPING = 64 * 1024


class UploadForm(forms.Form):
    """One file of one kind; `mapping` is read into its plain form."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        error_messages={"required": gettext_lazy("请选择一个 CSV 或 XLSX 文件。")},
    )
    mapping = forms.FileField(label=gettext_lazy("映射文件"), required=False)
    partial = forms.BooleanField(label=gettext_lazy("只导入正确的行"), required=False)

    def __init__(self, *args: Any, kind: str, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.kind = kind

    def clean_file(self) -> Any:
        """Refuse what cannot be a table; what is inside is judged by the worker."""
        found = self.cleaned_data["file"]
        if not found.name.lower().endswith((".csv", ".xlsx", ".txt")):
            raise forms.ValidationError(_("只接受 CSV 或 XLSX 文件；旧版 XLS 请另存为 XLSX。"))
        if found.size > LARGEST_FILE:
            raise forms.ValidationError(_("文件超过 200 MB，请用命令 xinheng import 导入。"))
        return found

    def clean_mapping(self) -> dict[str, Any] | None:
        """Read the mapping file, if there is one."""
        found = self.cleaned_data.get("mapping")
        if not found:
            return None
        if found.size > LARGEST_MAPPING:
            raise forms.ValidationError(_("映射文件过大。"))
        try:
            text = found.read().decode("utf-8-sig")
            return mappings.as_data(mappings.from_yaml(text, self.kind))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("映射文件须为 UTF-8 编码。")) from None
        except mappings.MappingWrong as refusal:
            raise forms.ValidationError(frame.sentence(refusal)) from None
