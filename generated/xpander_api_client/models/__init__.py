"""The models of requests and responses."""

from ..layout import resolve_annotations as _resolve_annotations
from .agent_execution_status import AgentExecutionStatus
from .deep_planning import DeepPlanning
from .deep_planning_item import DeepPlanningItem
from .error_detail import ErrorDetail
from .full_thread import FullThread
from .hitl_request import HITLRequest
from .http_validation_error import HTTPValidationError
from .invoke_request import InvokeRequest
from .json_object import JsonObject
from .llm_reasoning_effort import LLMReasoningEffort
from .message import Message
from .message_metrics import MessageMetrics
from .message_role import MessageRole
from .output_format import OutputFormat
from .pending_eca_request import PendingECARequest
from .task import Task
from .task_event import TaskEvent
from .task_input import TaskInput
from .tasks_list_item import TasksListItem
from .tasks_page import TasksPage
from .think_mode import ThinkMode
from .tokens import Tokens
from .user import User
from .validation_error import ValidationError

__all__ = (
    "AgentExecutionStatus",
    "DeepPlanning",
    "DeepPlanningItem",
    "ErrorDetail",
    "FullThread",
    "HITLRequest",
    "HTTPValidationError",
    "InvokeRequest",
    "JsonObject",
    "LLMReasoningEffort",
    "Message",
    "MessageMetrics",
    "MessageRole",
    "OutputFormat",
    "PendingECARequest",
    "Task",
    "TaskEvent",
    "TaskInput",
    "TasksListItem",
    "TasksPage",
    "ThinkMode",
    "Tokens",
    "User",
    "ValidationError",
)

_models = {name: globals()[name] for name in __all__}
_resolve_annotations(_models.values(), _models)
