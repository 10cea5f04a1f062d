"""The job that keeps the list of erasures outside the database up to date."""

import procrastinate

from service.contributions.erasure_store import list_erasures
from service.database.transaction import committed
from service.operations.erasure_list import LIST, write_erasures
from service.private_folders import prepare_var_dir
from service.services import Services

blueprint = procrastinate.Blueprint()


@blueprint.periodic(cron="* * * * *")
@blueprint.task(name="list_erasures", pass_context=True, queueing_lock="operations:list_erasures")
def save_erasures(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 procrastinate passes it
    """Write the list of erasures into VAR_DIR every minute, because a backup does not have the newest of them."""
    services: Services = context.additional_context["services"]
    prepare_var_dir(services.settings.var_dir)
    with committed(services.engine) as connection:
        erasures = list_erasures(connection)
    if erasures:
        write_erasures(services.settings.var_dir / LIST, erasures)
