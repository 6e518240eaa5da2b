"""series of lists, definitions of forms."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('series', sa.Uuid(), nullable=True))
        batch_op.create_index('documents_series', ['series', 'version'], unique=True)

    op.create_table('definitions',
    sa.Column('form', sa.String(length=40), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('form', 'version')
    )


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
