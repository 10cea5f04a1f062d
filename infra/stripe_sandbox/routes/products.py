"""Routes for products and prices."""

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.http.listing import listed
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import products
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


@routes.add("POST /v1/products")
def create_product(sandbox: Sandbox, params: Params) -> Json:
    if "id" in params and sandbox.store.get("product", params["id"]):
        raise ApiError("A product with this id already exists.", code="resource_already_exists")
    body = products.make_product(sandbox, params)
    if default := params.get("default_price_data"):
        price = products.make_price(sandbox, {**default, "product": body["id"]})
        sandbox.change(body, default_price=price["id"])
    return body


@routes.add("POST /v1/prices")
def create_price(sandbox: Sandbox, params: Params) -> Json:
    return products.make_price(sandbox, params)


@routes.add("GET /v1/products")
def list_products(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "product", params, "active")


@routes.add("GET /v1/prices")
def list_prices(sandbox: Sandbox, params: Params) -> Json:
    return listed(sandbox, "price", params, "active", "currency", "product", "type")


@routes.add("GET /v1/products/{id}")
def retrieve_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("product", product_id)


@routes.add("GET /v1/prices/{id}")
def retrieve_price(sandbox: Sandbox, params: Params, price_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("price", price_id)


@routes.add("POST /v1/products/{id}")
def update_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:
    return _update(sandbox, sandbox.store.need("product", product_id), params, "product.updated")


@routes.add("POST /v1/prices/{id}")
def update_price(sandbox: Sandbox, params: Params, price_id: str) -> Json:
    return _update(sandbox, sandbox.store.need("price", price_id), params, "price.updated")


def _update(sandbox: Sandbox, body: Json, params: Params, event: str) -> Json:
    changes = {name: value for name, value in params.items() if name in body and name != "metadata"}
    if "metadata" in params:
        changes["metadata"] = merged(body["metadata"], params["metadata"])
    if changes:
        sandbox.emit(event, body, sandbox.change(body, **changes))
    return body


@routes.add("DELETE /v1/products/{id}")
def delete_product(sandbox: Sandbox, params: Params, product_id: str) -> Json:  # noqa: ARG001
    body = sandbox.store.need("product", product_id)
    if any(sandbox.store.where("price", product=product_id)):
        raise ApiError("This product has prices, so it cannot be deleted.")
    sandbox.emit("product.deleted", body)
    sandbox.store.delete("product", product_id)
    return {"id": product_id, "object": "product", "deleted": True}
